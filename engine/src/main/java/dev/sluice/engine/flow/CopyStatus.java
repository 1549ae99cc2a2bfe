package dev.sluice.engine.flow;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The copy into one lane, in this run.
 *
 * @param tables what is copied in this run; empty if nothing is
 * @param done share of it, from 0 to 1, by size on the source's disk
 * @param elapsed since the first row was asked for, until all was done
 */
public record CopyStatus(CopyWay way, List<TableProgress> tables, double done, Duration elapsed) {
    /** Nothing was copied. */
    public static final CopyStatus NONE = new CopyStatus(CopyWay.FIRST, List.of(), 1, Duration.ZERO);

    private static final double LEAST_TO_TELL_FROM = 0.01;

    public CopyStatus {
        tables = List.copyOf(tables);
    }

    /** What is done of it, rounded down. */
    public int percent() {
        return percent(done);
    }

    public boolean isUnderWay() {
        return tables.stream().anyMatch(table -> !table.finished());
    }

    public long finishedTables() {
        return tables.stream().filter(TableProgress::finished).count();
    }

    public long rows() {
        return tables.stream().mapToLong(TableProgress::rows).sum();
    }

    public long rowsPerSecond() {
        return perSecond(rows(), elapsed);
    }

    /** If it goes on like this; empty while there is too little to tell, or nothing left. */
    public Optional<Duration> left() {
        return left(done, elapsed);
    }

    static int percent(double share) {
        return (int) (100 * share);
    }

    static long perSecond(long rows, Duration elapsed) {
        return elapsed.isZero() ? 0 : rows * 1_000 / Math.max(1, elapsed.toMillis());
    }

    static Optional<Duration> left(double done, Duration elapsed) {
        return done < LEAST_TO_TELL_FROM || done >= 1
                ? Optional.empty()
                : Optional.of(Duration.ofMillis((long) (elapsed.toMillis() * (1 - done) / done)));
    }
}
