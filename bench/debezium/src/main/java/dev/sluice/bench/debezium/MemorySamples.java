package dev.sluice.bench.debezium;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Looks ten times a second, on a thread of its own, how many rows have come and how much memory the process has. Read it
 * after ending it.
 */
final class MemorySamples {
    private static final long INTERVAL_MILLIS = 100;

    /** @param residentBytes -1 if the system does not tell */
    record Sample(long millis, long rows, long residentBytes) {}

    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final List<Sample> samples = new ArrayList<>();
    private final LongSupplier rows;
    private final ScheduledFuture<?> looking;
    private final long started = System.nanoTime();

    MemorySamples(LongSupplier rows) {
        this.rows = rows;
        looking = thread.scheduleAtFixedRate(this::look, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    private void look() {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
        samples.add(new Sample(millis, rows.getAsLong(), ProcessUsage.residentBytes()));
    }

    List<Sample> all() {
        return List.copyOf(samples);
    }

    /** Waits until it has. */
    void end() throws InterruptedException {
        looking.cancel(false);
        thread.shutdown();
        if (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
            throw new IllegalStateException("the thread that takes samples does not end");
        }
    }
}
