package dev.sluice.bench.child;

import dev.sluice.bench.child.Job.PipelineJob;
import dev.sluice.engine.checkpoint.SqliteCheckpointStore;
import dev.sluice.engine.config.ConfigBinder;
import dev.sluice.engine.config.ConfigNode;
import dev.sluice.engine.config.PipelineConfig;
import dev.sluice.engine.config.PipelineGroup;
import dev.sluice.engine.config.Providers;
import dev.sluice.engine.config.SluiceConfig;
import dev.sluice.engine.flow.LaneStatus;
import dev.sluice.engine.flow.Pipeline;
import dev.sluice.engine.flow.PipelineStatus;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceContext;
import dev.sluice.engine.source.SourceState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** A pipeline, run until everything up to a position has been confirmed to its source. Blocks; it belongs to a main. */
final class PipelineRun {
    private static final long LOOK_NANOS = 500_000;

    private final SluiceConfig config;
    private final String name;
    private final PipelineJob job;

    PipelineRun(PipelineJob job) {
        this.job = job;
        this.config = SluiceConfig.read(
                ConfigNode.of(job.config(), "$"), ConfigBinder.of(Map.of(), Path.of("")), Providers.load(), Map.of());
        this.name = config.pipelines().keySet().iterator().next();
    }

    JobResult run() {
        if (job.fromSlot()) {
            pretendCopied();
        }
        PipelineGroup group = PipelineGroup.open(config, new SimpleMeterRegistry(), Clock.systemUTC(), Map.of());
        try {
            return measure(group.pipelines().get(0));
        } finally {
            group.stop().block();
        }
    }

    /** Makes the state say that the rows before the slot's position have been copied. */
    private void pretendCopied() {
        PipelineConfig pipeline = Objects.requireNonNull(config.pipelines().get(name));
        Source source = pipeline.source().create(new SourceContext(name, new SimpleMeterRegistry(), Clock.systemUTC()));
        try (SqliteCheckpointStore store = SqliteCheckpointStore.open(config.state())) {
            SourceState state = Objects.requireNonNull(source.origin().inspect().block());
            store.copied(
                    name,
                    state.identity(),
                    Objects.requireNonNull(state.confirmed(), "the slot is not there"),
                    pipeline.sinks().keySet());
        } finally {
            source.close().block();
        }
    }

    /** Waits for "confirmed", which is later than "durable in the sink" by the time that a checkpoint takes. */
    private JobResult measure(Pipeline pipeline) {
        pipeline.start().block();
        CompletableFuture<Void> ended = pipeline.finished().toFuture();
        Duration processorBefore = ProcessUsage.processorTime();
        long started = System.nanoTime();
        PipelineStatus status = pipeline.status();
        while (job.until().isAfter(status.confirmed())) {
            if (ended.isDone()) {
                ended.join();
                throw new IllegalStateException("the pipeline has stopped at " + status.confirmed());
            }
            LockSupport.parkNanos(LOOK_NANOS);
            status = pipeline.status();
        }
        long nanos = System.nanoTime() - started;
        LaneStatus lane = status.lanes().get(0);
        return new JobResult(
                Duration.ofNanos(Math.max(1, nanos)),
                lane.changes(),
                lane.bytes(),
                ProcessUsage.peakBytes(),
                ProcessUsage.processorTime().minus(processorBefore),
                ProcessUsage.collectionTime());
    }
}
