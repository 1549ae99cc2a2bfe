package dev.sluice.bench.debezium;

import io.debezium.connector.postgresql.Module;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.format.JsonByteArray;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One run of the embedded engine, from its start until the last change has come. Blocks. */
final class EngineRun {
    private static final long END_SECONDS = 60;

    private final EngineJob job;
    private final EngineSettings settings;
    private final Arrivals arrivals;
    private volatile @Nullable String failure;

    /** @param ready run once, when the first row has come, if the job is to measure latency */
    EngineRun(EngineJob job, Runnable ready) {
        this.job = job;
        this.settings = new EngineSettings(job);
        this.arrivals = new Arrivals(job, job.latencyColumn() == null ? () -> {} : ready);
    }

    /** Fails with {@link IllegalStateException} if the engine ends before it has read all. */
    EngineResult run() throws IOException, InterruptedException {
        DebeziumEngine<ChangeEvent<byte[], byte[]>> engine = DebeziumEngine.create(JsonByteArray.class)
                .using(settings.properties())
                .notifying(arrivals)
                .using(this::ended)
                .build();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        MemorySamples samples = new MemorySamples(arrivals::count);
        Duration processorBefore = ProcessUsage.processorTime();
        long started = System.nanoTime();
        Duration processorTime;
        try {
            thread.execute(engine);
            arrivals.complete().await();
            processorTime = ProcessUsage.processorTime().minus(processorBefore);
        } finally {
            samples.end();
            if (failure == null) {
                engine.close();
            }
            end(thread);
        }
        if (arrivals.count() < job.rows()) {
            throw new IllegalStateException("after " + arrivals.count() + " rows: " + failure);
        }
        return new EngineResult(
                Duration.ofNanos(arrivals.lastNanos() - started),
                arrivals.count(),
                arrivals.bytes(),
                processorTime,
                samples.all(),
                arrivals.latencies(),
                settings.tuning(),
                Module.version());
    }

    /** The engine calls it, whether it was told to end or not. */
    private void ended(boolean success, @Nullable String message, @Nullable Throwable error) {
        if (arrivals.count() < job.rows()) {
            failure = "the engine has ended: " + message + (error == null ? "" : " (" + root(error) + ")");
            arrivals.complete().countDown();
        }
    }

    private static Throwable root(Throwable error) {
        return error.getCause() == null ? error : root(error.getCause());
    }

    private static void end(ExecutorService thread) throws InterruptedException {
        thread.shutdown();
        if (!thread.awaitTermination(END_SECONDS, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the engine does not end");
        }
    }
}
