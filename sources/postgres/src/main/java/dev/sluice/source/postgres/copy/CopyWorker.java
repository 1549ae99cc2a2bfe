package dev.sluice.source.postgres.copy;

import dev.sluice.postgres.Connections;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.TransactionState;
import org.postgresql.jdbc.PgConnection;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** One connection at the snapshot and the thread that uses it, for one table after the other. */
final class CopyWorker {
    private final Connections connections;
    private final String snapshotName;
    private final ExecutorService thread;
    private final Scheduler scheduler;
    private @Nullable PgConnection connection;
    private int discards;
    private boolean closed;

    CopyWorker(Connections connections, String snapshotName, String threadName) {
        this.connections = connections;
        this.snapshotName = snapshotName;
        thread = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), work -> {
            Thread made = new Thread(work, threadName);
            made.setDaemon(true);
            return made;
        });
        scheduler = Schedulers.fromExecutorService(thread, threadName);
    }

    Scheduler scheduler() {
        return scheduler;
    }

    /**
     * The connection, opened if it is not, in a transaction at the snapshot. On the worker's thread. No lock is held while
     * it connects or asks, as whoever discards may be on an event loop.
     */
    PgConnection connection() throws SQLException {
        PgConnection open;
        int before;
        synchronized (this) {
            open = connection;
            before = discards;
        }
        if (open == null || open.isClosed()) {
            return connect(before);
        }
        if (open.getTransactionState() == TransactionState.IDLE) {
            ExportedSnapshot.takeUp(open, snapshotName);
        }
        return open;
    }

    private PgConnection connect(int before) throws SQLException {
        PgConnection made = connections.open();
        try {
            ExportedSnapshot.takeUp(made, snapshotName);
            keep(made, before);
            return made;
        } catch (SQLException | RuntimeException error) {
            made.abort(Runnable::run);
            throw error;
        }
    }

    private synchronized void keep(PgConnection made, int discardsBefore) throws SQLException {
        if (closed || discards != discardsBefore) {
            throw new SQLException("given up while connecting", "08003");
        }
        connection = made;
    }

    /**
     * Ends the transaction and with it the locks on what was read. Kept until the whole copy ends, they would stop it for
     * ever: somebody who is about to alter the table would wait for us, and our next reader of the table for them. On the
     * worker's thread.
     */
    void release() throws SQLException {
        PgConnection open;
        synchronized (this) {
            open = connection;
        }
        if (open == null) {
            throw new SQLException("given up while reading", "08003");
        }
        try (Statement statement = open.createStatement()) {
            statement.execute("COMMIT");
        }
    }

    /** Gives up the connection, in the middle of a COPY if need be; {@link #connection} opens a new one. Any thread. */
    void discard() throws SQLException {
        PgConnection open;
        synchronized (this) {
            open = connection;
            connection = null;
            discards++;
        }
        if (open != null) {
            open.abort(Runnable::run);
        }
    }

    /** Ends the thread once it has finished what it does. */
    void close() throws SQLException {
        synchronized (this) {
            closed = true;
        }
        discard();
        thread.shutdown();
        scheduler.dispose();
    }
}
