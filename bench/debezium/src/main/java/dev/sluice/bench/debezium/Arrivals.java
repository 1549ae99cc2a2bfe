package dev.sluice.bench.debezium;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine.ChangeConsumer;
import io.debezium.engine.DebeziumEngine.RecordCommitter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Where the engine hands its messages: counts them, looks at how old they are, and notes when the last that was asked for
 * came. The engine calls it from one thread at a time; {@link #count} may be called from any thread, the rest after {@link #complete}.
 */
final class Arrivals implements ChangeConsumer<ChangeEvent<byte[], byte[]>> {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int SIGNIFICANT_DIGITS = 3;

    private final EngineJob job;
    private final Runnable first;
    private final CountDownLatch complete = new CountDownLatch(1);
    private final @Nullable Histogram latencies;
    private volatile long count;
    private long bytes;
    private long lastNanos;

    /** @param first run when the first message has come */
    Arrivals(EngineJob job, Runnable first) {
        this.job = job;
        this.first = first;
        latencies = job.latencyColumn() == null
                ? null
                : new Histogram(Duration.ofHours(1).toNanos() / 1_000, SIGNIFICANT_DIGITS);
    }

    @Override
    public void handleBatch(
            List<ChangeEvent<byte[], byte[]>> messages, RecordCommitter<ChangeEvent<byte[], byte[]>> committer)
            throws InterruptedException {
        for (ChangeEvent<byte[], byte[]> message : messages) {
            if (count < job.rows()) {
                arrived(message);
            }
            committer.markProcessed(message);
        }
        committer.markBatchFinished();
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // one writer
    private void arrived(ChangeEvent<byte[], byte[]> message) {
        byte[] value = message.value();
        bytes += value.length + (message.key() == null ? 0 : message.key().length);
        if (count == 0) {
            first.run();
        }
        if (latencies != null && count >= job.warmUpRows()) {
            latencies.recordValue(Math.min(microsecondsOld(value), latencies.getHighestTrackableValue()));
        }
        count++;
        if (count == job.rows()) {
            lastNanos = System.nanoTime();
            complete.countDown();
        }
    }

    private long microsecondsOld(byte[] value) {
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
        try {
            long sent =
                    JSON.readTree(value).path("after").path(job.latencyColumn()).asLong();
            return Math.max(0, now - sent);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** How many have come, at most as many as were asked for. */
    long count() {
        return count;
    }

    /** Open once as many have come as were asked for. */
    CountDownLatch complete() {
        return complete;
    }

    /** When the last one came, in {@link System#nanoTime}'s time. */
    long lastNanos() {
        return lastNanos;
    }

    long bytes() {
        return bytes;
    }

    @Nullable Histogram latencies() {
        return latencies;
    }
}
