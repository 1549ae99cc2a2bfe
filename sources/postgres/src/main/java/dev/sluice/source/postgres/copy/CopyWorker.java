package dev.sluice.source.postgres.copy;

import dev.sluice.postgres.Connections;
import dev.sluice.postgres.Identifiers;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
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

    /** The connection, opened if it is not. On the worker's thread. */
    synchronized PgConnection connection() throws SQLException {
        PgConnection open = connection;
        if (open == null || open.isClosed()) {
            open = connections.open();
            connection = open;
            try (Statement statement = open.createStatement()) {
                statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT "
                        + Identifiers.literal(snapshotName));
            }
        }
        return open;
    }

    /** Gives up the connection, in the middle of a COPY if need be; {@link #connection} opens a new one. Any thread. */
    synchronized void discard() throws SQLException {
        PgConnection open = connection;
        connection = null;
        if (open != null) {
            open.abort(Runnable::run);
        }
    }

    /** Ends the thread once it has finished what it does. */
    void close() throws SQLException {
        discard();
        thread.shutdown();
        scheduler.dispose();
    }
}
