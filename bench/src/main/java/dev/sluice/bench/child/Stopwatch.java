package dev.sluice.bench.child;

import dev.sluice.bench.report.Latencies;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.HdrHistogram.Histogram;

/**
 * How long rows took from when they were sent until now, leaving out the first ones. Both ends read the clock of the same
 * machine. One thread records; the histogram may be read once it is done.
 */
final class Stopwatch {
    private final long uncounted;
    private final Histogram histogram = Latencies.recorder();
    private long seen;

    Stopwatch(long uncounted) {
        this.uncounted = uncounted;
    }

    static long nowMicros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** @param sentMicros since 1970 */
    void arrived(long sentMicros, long nowMicros) {
        if (++seen > uncounted) {
            histogram.recordValue(Math.max(0, nowMicros - sentMicros));
        }
    }

    Histogram histogram() {
        return histogram;
    }
}
