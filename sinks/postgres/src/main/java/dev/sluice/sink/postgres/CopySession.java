package dev.sluice.sink.postgres;

import dev.sluice.postgres.Connections;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;
import org.postgresql.core.Oid;
import org.postgresql.jdbc.PgArray;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection of the blocking driver, which alone can COPY. Made when it is first needed. Its methods block and belong to
 * one thread, but for {@link #abort}.
 */
final class CopySession {
    private static final Logger log = LoggerFactory.getLogger(CopySession.class);

    private static final Statement COMMIT = Statement.of("COMMIT", "commit a transaction");

    private final Connections connections;
    private final boolean triggersSilent;
    /** Guarded by this. */
    private @Nullable PgConnection connection;
    /** Guarded by this. */
    private boolean ended;

    CopySession(Connections connections, boolean triggersSilent) {
        this.connections = connections;
        this.triggersSilent = triggersSilent;
    }

    synchronized boolean isConnected() {
        return connection != null;
    }

    void connect() throws SQLException {
        PgConnection opened = connections.open();
        try {
            TargetConnector.configure(opened, triggersSilent);
            opened.setAutoCommit(false);
            keep(opened);
        } catch (SQLException | RuntimeException error) {
            opened.abort(Runnable::run);
            throw error;
        }
    }

    private synchronized void keep(PgConnection opened) throws SQLException {
        if (ended) {
            throw new SQLException("the session was ended while it connected", "08003");
        }
        connection = opened;
    }

    private synchronized PgConnection connection() throws SQLException {
        if (connection == null) {
            throw new SQLException("there is no connection", "08003");
        }
        return connection;
    }

    /**
     * Runs statements one after the other, in one transaction, and commits it. After a failure it must be told to
     * {@link #rollBack} or to {@link #abort}.
     *
     * @throws StatementFailure for the first that failed; its index is their number if that was the commit
     */
    void transaction(List<Statement> statements) {
        int index = 0;
        try {
            PgConnection open = connection();
            for (; index < statements.size(); index++) {
                run(open, statements.get(index));
            }
            open.commit();
        } catch (SQLException error) {
            throw new StatementFailure(index, index < statements.size() ? statements.get(index) : COMMIT, error);
        }
    }

    private static void run(PgConnection open, Statement statement) throws SQLException {
        Statement.Rows rows = statement.rows();
        if (rows != null) {
            CopyIn copy = open.getCopyAPI().copyIn(statement.sql());
            rows.writeTo(copy::writeToCopy);
            copy.endCopy();
            return;
        }
        try (PreparedStatement prepared = open.prepareStatement(statement.sql())) {
            List<@Nullable Object> parameters = statement.parameters();
            for (int i = 0; i < parameters.size(); i++) {
                Object value = parameters.get(i);
                if (value instanceof TextArray array) {
                    prepared.setArray(i + 1, new PgArray(open, Oid.TEXT_ARRAY, array.binary()));
                } else {
                    prepared.setObject(i + 1, value);
                }
            }
            prepared.execute();
        }
    }

    /** False if there is no connection any more. */
    boolean rollBack() {
        try {
            connection().rollback();
            return true;
        } catch (SQLException error) {
            log.debug("a transaction was not rolled back: its connection is gone", error);
            return false;
        }
    }

    /** Says good-bye. */
    void close() throws SQLException {
        PgConnection open = end();
        if (open != null) {
            open.close();
        }
    }

    /**
     * Closes the socket, whatever is under way: the server rolls it back. Any thread. Never CopyIn.cancelCopy(), which does not
     * return once the socket is closed (pgjdbc 42.7.14).
     */
    void abort() {
        PgConnection open = end();
        if (open != null) {
            try {
                open.abort(Runnable::run);
            } catch (SQLException error) {
                log.debug("the connection was gone before it could be ended", error);
            }
        }
    }

    private synchronized @Nullable PgConnection end() {
        ended = true;
        PgConnection open = connection;
        connection = null;
        return open;
    }
}
