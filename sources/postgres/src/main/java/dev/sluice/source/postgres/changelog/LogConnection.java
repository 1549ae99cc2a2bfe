package dev.sluice.source.postgres.changelog;

import dev.sluice.postgres.Connections;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;

/** Over which rows are read: opened when it is needed, and closed in the middle of a read. For one thread, but {@link #abort}. */
final class LogConnection {
    private final Connections connections;
    private volatile @Nullable PgConnection open;

    LogConnection(Connections connections) {
        this.connections = connections;
    }

    /** Blocks if it has to be opened. */
    PgConnection get() throws SQLException {
        PgConnection connection = open;
        if (connection == null || connection.isClosed()) {
            connection = connections.open();
            open = connection;
            LogReader.prepare(connection);
        }
        return connection;
    }

    /** The server ends what it sends. */
    void close() throws SQLException {
        PgConnection connection = open;
        open = null;
        if (connection != null) {
            connection.close();
        }
    }

    /** Closes the socket under whoever waits for an answer. Any thread. */
    void abort() throws SQLException {
        PgConnection connection = open;
        if (connection != null) {
            connection.abort(Runnable::run);
        }
    }
}
