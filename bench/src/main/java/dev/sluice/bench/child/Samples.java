package dev.sluice.bench.child;

import dev.sluice.bench.report.Sample;
import java.util.ArrayList;
import java.util.List;

/** Looks every 100 ms how far the work is. For one thread, which asks often enough. */
final class Samples {
    private static final long EVERY_MILLIS = 100;

    private final long startedNanos;
    private final List<Sample> taken = new ArrayList<>();

    Samples(long startedNanos) {
        this.startedNanos = startedNanos;
    }

    /** Takes one if it is time. */
    void offer(long rows) {
        long millis = (System.nanoTime() - startedNanos) / 1_000_000;
        if (taken.isEmpty() || millis - taken.get(taken.size() - 1).millis() >= EVERY_MILLIS) {
            taken.add(new Sample(millis, rows, ProcessUsage.residentBytes()));
        }
    }

    /** All of them, and one for the end. */
    List<Sample> finish(long nanos, long rows) {
        taken.add(new Sample(nanos / 1_000_000, rows, ProcessUsage.residentBytes()));
        return taken;
    }
}
