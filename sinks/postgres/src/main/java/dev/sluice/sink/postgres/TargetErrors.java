package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.SqlStates;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.ClosedConnectionException;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What an error of vertx-pg-client or pgjdbc means for the pipeline. Stateless; any thread. */
final class TargetErrors {
    private static final String DIVISION_BY_ZERO = "22012";
    private static final String CONNECTION_EXCEPTION = "08006";
    private static final String CARDINALITY_VIOLATION_CLASS = "21";

    private TargetErrors() {}

    /** @param doing as in "cannot (doing)" */
    static SyncException classify(String doing, Throwable error) {
        if (error instanceof SyncException ours) {
            return ours;
        }
        if (error instanceof StatementFailure failure) {
            return classify(failure.statement().doing(), failure.reason());
        }
        if (error instanceof PSQLException server && server.getServerErrorMessage() != null) {
            return SqlStates.target(doing, server.getSQLState(), describe(server.getServerErrorMessage()), server);
        }
        if (error instanceof SQLException driver) {
            return SqlStates.target(doing, driver);
        }
        if (error instanceof PgException server) {
            return SqlStates.target(doing, server.getSqlState(), describe(server), server);
        }
        if (isConnectionLost(error)) {
            return SqlStates.target(doing, CONNECTION_EXCEPTION, messageOf(error), error);
        }
        return new SyncException(ErrorKind.INTERNAL, "cannot " + doing + ": " + error, error);
    }

    /** An error of connecting that may pass. */
    static SyncException unavailable(String doing, Throwable error) {
        return SqlStates.target(doing, CONNECTION_EXCEPTION, messageOf(error), error);
    }

    /**
     * Whether the server refused values, so that going change by change may succeed, or else tells which one it is. Class
     * 21 is an upsert that meets a row twice, which folding could bring about.
     */
    static boolean isAboutRows(StatementFailure failure) {
        String state = sqlState(failure);
        return state != null
                && (state.startsWith(CARDINALITY_VIOLATION_CLASS)
                        || SqlStates.target("", state, "", null).kind() == ErrorKind.ROW_REFUSED);
    }

    /** Whether the server itself refused a statement of the blocking driver, for whatever reason. */
    static boolean isAnswer(StatementFailure failure) {
        return failure.reason() instanceof PSQLException server && server.getServerErrorMessage() != null;
    }

    /** How a fenced statement of {@link CheckpointTable} fails when its row belongs to another instance. */
    static boolean isFenced(StatementFailure failure) {
        return DIVISION_BY_ZERO.equals(sqlState(failure));
    }

    /** The server's message, detail included: it names constraint, column and value. */
    static String describe(Throwable error) {
        if (error instanceof PgException server) {
            return join(server.getErrorMessage(), server.getDetail(), null);
        }
        return messageOf(error);
    }

    /** With the place in a COPY: line, column and value. */
    private static String describe(ServerErrorMessage message) {
        return join(message.getMessage(), message.getDetail(), message.getWhere());
    }

    private static String join(@Nullable String message, @Nullable String detail, @Nullable String where) {
        return (message == null ? "" : message)
                + (detail == null || detail.isEmpty() ? "" : " (" + detail + ")")
                + (where == null || where.isEmpty() ? "" : " [" + where + "]");
    }

    static @Nullable String sqlState(StatementFailure failure) {
        if (failure.reason() instanceof SQLException blocking) {
            return blocking.getSQLState();
        }
        return failure.reason() instanceof PgException server ? server.getSqlState() : null;
    }

    private static boolean isConnectionLost(Throwable error) {
        // vertx-pg-client fails what was under way, or is sent later, with exceptions of these two messages.
        String message = messageOf(error);
        return error instanceof IOException
                || error instanceof ClosedConnectionException
                || error instanceof ClosedChannelException
                || message.startsWith("Connection is not active now")
                || message.startsWith("Pool closed")
                || message.startsWith("Connection closed");
    }

    private static String messageOf(Throwable error) {
        String message = error.getMessage();
        if (error instanceof ClosedConnectionException) {
            return "the connection was lost";
        }
        return message == null ? error.getClass().getSimpleName() : message;
    }
}
