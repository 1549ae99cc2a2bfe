package dev.sluice.engine.flow;

import java.time.Duration;
import java.util.Optional;

/**
 * How far the copy of one table is.
 *
 * @param table for people: {@code public.orders}
 * @param estimatedRows -1 when the source has no statistics
 * @param done share of it, from 0 to 1, by size on the source's disk
 * @param elapsed since its first row was asked for, until it was done
 * @param finished durable in the sink
 */
public record TableProgress(
        String table, long rows, long bytes, long estimatedRows, double done, Duration elapsed, boolean finished) {
    /** What is done of it, rounded down. */
    public int percent() {
        return CopyStatus.percent(done);
    }

    public long rowsPerSecond() {
        return CopyStatus.perSecond(rows, elapsed);
    }

    /** If it goes on like this; empty while there is too little to tell, or nothing left. */
    public Optional<Duration> left() {
        return CopyStatus.left(done, elapsed);
    }
}
