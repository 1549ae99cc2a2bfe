package dev.sluice.bench.child;

import dev.sluice.bench.child.Job.End;
import dev.sluice.bench.child.Job.PipelineJob;
import dev.sluice.bench.child.Job.Start;
import dev.sluice.bench.report.Latencies;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.checkpoint.SqliteCheckpointStore;
import dev.sluice.engine.config.PipelineConfig;
import dev.sluice.engine.config.PipelineGroup;
import dev.sluice.engine.flow.LaneStatus;
import dev.sluice.engine.flow.Pipeline;
import dev.sluice.engine.flow.PipelineStatus;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceContext;
import dev.sluice.engine.source.SourceState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A pipeline, run until it has done what a job asks for. Blocks; it belongs to a main. */
final class PipelineRun {
    private static final long LOOK_NANOS = 500_000;

    private final Configuration configuration;
    private final PipelineJob job;
    private final Runnable ready;
    private final @Nullable Stopwatch stopwatch;

    /** @param ready run once the first change has come, if the job ends after so many of them */
    PipelineRun(PipelineJob job, Runnable ready) {
        this.job = job;
        this.ready = ready;
        this.configuration = Configuration.of(job.config());
        this.stopwatch = job.end() instanceof End.After after ? new Stopwatch(after.uncounted()) : null;
    }

    JobResult run() {
        if (job.start() == Start.SLOT) {
            pretendCopied();
        }
        Map<Class<?>, Object> shared = stopwatch == null ? Map.of() : Map.of(Stopwatch.class, stopwatch);
        PipelineGroup group =
                PipelineGroup.open(configuration.config(), new SimpleMeterRegistry(), Clock.systemUTC(), shared);
        try {
            return measure(group.pipelines().get(0));
        } finally {
            group.stop().block();
        }
    }

    /** Makes the state say that the rows before the slot's position have been copied. */
    private void pretendCopied() {
        PipelineConfig pipeline = configuration.pipeline();
        String name = configuration.pipelineName();
        Source source = pipeline.source().create(new SourceContext(name, new SimpleMeterRegistry(), Clock.systemUTC()));
        try (SqliteCheckpointStore store =
                SqliteCheckpointStore.open(configuration.config().state())) {
            SourceState state = Objects.requireNonNull(source.origin().inspect().block());
            Position slot = Objects.requireNonNull(state.confirmed(), "the slot is not there");
            store.copying(name, state.identity());
            for (String sink : pipeline.sinks().keySet()) {
                store.keepChunks(
                        name,
                        sink,
                        state.tables().stream()
                                .map(table -> CopiedChunk.of(table, CopyChunk.WHOLE, slot))
                                .toList());
            }
            store.copied(name, state.identity(), slot, pipeline.sinks().keySet());
        } finally {
            source.close().block();
        }
    }

    private JobResult measure(Pipeline pipeline) {
        long beforeStart = System.nanoTime();
        pipeline.start().block();
        CompletableFuture<Void> ended = pipeline.finished().toFuture();
        Duration processorBefore = ProcessUsage.processorTime();
        long started = job.start() == Start.COPY ? beforeStart : System.nanoTime();
        long startNanos = System.nanoTime() - beforeStart;
        Samples samples = new Samples(started);
        boolean told = false;
        PipelineStatus status = pipeline.status();
        while (!isDone(status)) {
            if (ended.isDone()) {
                ended.join();
                throw new IllegalStateException("the pipeline has stopped at " + status.confirmed());
            }
            samples.offer(rows(status));
            if (!told && stopwatch != null && rows(status) > 0) {
                told = true;
                ready.run();
            }
            LockSupport.parkNanos(LOOK_NANOS);
            status = pipeline.status();
        }
        long nanos = System.nanoTime() - started;
        return new JobResult(
                Duration.ofNanos(Math.max(1, nanos)),
                rows(status),
                status.lanes().stream().mapToLong(LaneStatus::bytes).sum(),
                ProcessUsage.peakBytes(),
                ProcessUsage.processorTime().minus(processorBefore),
                ProcessUsage.collectionTime(),
                samples.finish(nanos, rows(status)),
                stopwatch == null ? null : Latencies.of(stopwatch.histogram()),
                Duration.ofNanos(startNanos),
                Map.of());
    }

    /** "Confirmed" is later than "durable in the sink" by the time that a checkpoint takes. */
    private boolean isDone(PipelineStatus status) {
        return job.end() instanceof End.At at
                ? !at.until().isAfter(status.confirmed())
                : rows(status) >= ((End.After) job.end()).changes();
    }

    /** Of the first lane; all get the same. */
    private static long rows(PipelineStatus status) {
        LaneStatus lane = status.lanes().get(0);
        return lane.changes() + lane.copy().rows();
    }
}
