package dev.sluice.bench.latency;

import dev.sluice.bench.report.Latencies;
import dev.sluice.bench.server.BenchServer;
import dev.sluice.bench.server.Workload;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.Histogram;

/**
 * Looks every millisecond which rows can be seen in a target, as any other session there could: what it tells is up to that
 * much too long, for every peer. For one thread.
 */
final class TargetWatch implements AutoCloseable {
    private static final long LOOK_NANOS = 1_000_000;
    private static final long PATIENCE_SECONDS = 120;

    private final Connection connection;
    private final PreparedStatement query;
    private final long firstId;
    private long seen;

    TargetWatch(BenchServer target, long firstId) throws SQLException {
        this.firstId = firstId;
        this.connection = target.connect();
        this.query = connection.prepareStatement(
                "SELECT id, " + Workload.SENT + " FROM " + Workload.TABLE + " WHERE id >= ? ORDER BY id");
    }

    /** Waits until the first row is there. */
    void awaitFirst() throws SQLException {
        await(1, 1, Latencies.recorder(), () -> true);
    }

    /**
     * Waits for the others.
     *
     * @param uncounted how many of the first are left out of the result
     * @param worthIt whether rows may still come; waiting ends early when not
     */
    Latencies awaitAll(long count, long uncounted, BooleanSupplier worthIt) throws SQLException {
        Histogram histogram = Latencies.recorder();
        await(count, uncounted, histogram, worthIt);
        return Latencies.of(histogram);
    }

    private void await(long count, long uncounted, Histogram histogram, BooleanSupplier worthIt) throws SQLException {
        long lastNews = System.nanoTime();
        while (seen < count && worthIt.getAsBoolean()) {
            long before = seen;
            look(uncounted, histogram);
            if (seen > before) {
                lastNews = System.nanoTime();
            } else if (TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - lastNews) >= PATIENCE_SECONDS) {
                throw new IllegalStateException(
                        "after " + seen + " rows nothing came for " + PATIENCE_SECONDS + " seconds");
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
    }

    private void look(long uncounted, Histogram histogram) throws SQLException {
        query.setLong(1, firstId + seen);
        try (ResultSet row = query.executeQuery()) {
            long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
            while (row.next()) {
                if (row.getLong(1) != firstId + seen) {
                    throw new IllegalStateException("row " + (firstId + seen) + " is missing: there is "
                            + row.getLong(1) + " after the one before it");
                }
                if (++seen > uncounted) {
                    histogram.recordValue(Math.max(0, now - row.getLong(2)));
                }
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
