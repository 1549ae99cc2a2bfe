package dev.sluice.bench.latency;

import dev.sluice.bench.server.Workload;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Small transactions at a steady rate, one row each, which says when it was sent. What falls behind is caught up with, so
 * that a server that pauses does not lower the rate. The first row is written at once, the others when {@link #go} is
 * called. One thread of its own writes; the calls come from one other.
 */
final class Load implements AutoCloseable {
    private static final int PER_SECOND = 1_000;

    private final Connection connection;
    private final PreparedStatement insert;
    private final long firstId;
    private final long count;
    private final CompletableFuture<Duration> written = new CompletableFuture<>();
    private volatile boolean stopped;

    /**
     * Writes the first row.
     *
     * @param count all of them
     */
    Load(Workload workload, long firstId, long count) throws SQLException {
        this.firstId = firstId;
        this.count = count;
        this.connection = workload.server().connect();
        try {
            this.insert = connection.prepareStatement(workload.shape().insertOne(Workload.TABLE, Workload.SENT));
            write(firstId);
        } catch (SQLException error) {
            connection.close();
            throw error;
        }
    }

    private void write(long id) throws SQLException {
        insert.setLong(1, ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()));
        insert.setLong(2, id);
        insert.executeUpdate();
    }

    /** Begins with the others. */
    void go() {
        Thread thread = new Thread(this::writeAll, "sluice-bench-load");
        thread.setDaemon(true);
        thread.start();
    }

    private void writeAll() {
        long started = System.nanoTime();
        try {
            for (long n = 1; n < count && !stopped; n++) {
                long due = started + n * (TimeUnit.SECONDS.toNanos(1) / PER_SECOND);
                for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
                    LockSupport.parkNanos(wait);
                }
                write(firstId + n);
            }
            written.complete(Duration.ofNanos(System.nanoTime() - started));
        } catch (SQLException | RuntimeException error) {
            written.completeExceptionally(error);
        }
    }

    /**
     * Waits until all are written.
     *
     * @return how long that took
     */
    Duration await() {
        return written.join();
    }

    @Override
    public void close() throws SQLException {
        stopped = true;
        connection.close();
    }
}
