package dev.sluice.postgres;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import java.io.IOException;
import java.sql.SQLException;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.jspecify.annotations.Nullable;

/**
 * What an SQLSTATE (PostgreSQL's manual, appendix A) means for a source or a target. Drivers differ in their exceptions,
 * not in these codes, so a driver's error is classified by its code and told by its message. Stateless; any thread.
 */
public final class SqlStates {
    public static final String INSUFFICIENT_PRIVILEGE = "42501";
    public static final String QUERY_CANCELED = "57014";
    public static final String UNDEFINED_OBJECT = "42704";
    public static final String DUPLICATE_OBJECT = "42710";
    public static final String OBJECT_NOT_IN_PREREQUISITE_STATE = "55000";
    public static final String OBJECT_IN_USE = "55006";
    public static final String LOCK_NOT_AVAILABLE = "55P03";
    public static final String UNDEFINED_FILE = "58P01";

    /** What may have happened, before it is known on which side. */
    private enum Cause {
        UNAVAILABLE,
        REFUSED,
        MISFIT,
        ROW,
        PROTOCOL,
        UNKNOWN
    }

    private SqlStates() {}

    /** @param doing what was tried, as in "cannot (doing)"; begins in lower case */
    public static SyncException source(String doing, SQLException error) {
        return source(doing, error.getSQLState(), describe(error), error);
    }

    /** @param sqlState five characters, or null if the error is not the server's */
    public static SyncException source(
            String doing, @Nullable String sqlState, String message, @Nullable Throwable error) {
        ErrorKind kind =
                switch (cause(sqlState, message, error)) {
                    case UNAVAILABLE -> ErrorKind.SOURCE_UNAVAILABLE;
                    case PROTOCOL -> ErrorKind.SOURCE_PROTOCOL;
                    case REFUSED, MISFIT, ROW -> ErrorKind.SOURCE_REFUSED;
                    case UNKNOWN -> ErrorKind.INTERNAL;
                };
        return exception(kind, doing, sqlState, message, error);
    }

    /** @param doing what was tried, as in "cannot (doing)"; begins in lower case */
    public static SyncException target(String doing, SQLException error) {
        return target(doing, error.getSQLState(), describe(error), error);
    }

    /** @param sqlState five characters, or null if the error is not the server's */
    public static SyncException target(
            String doing, @Nullable String sqlState, String message, @Nullable Throwable error) {
        ErrorKind kind =
                switch (cause(sqlState, message, error)) {
                    case UNAVAILABLE, PROTOCOL -> ErrorKind.SINK_UNAVAILABLE;
                    case REFUSED -> ErrorKind.SINK_REFUSED;
                    case MISFIT -> ErrorKind.SINK_MISFIT;
                    case ROW -> ErrorKind.ROW_REFUSED;
                    case UNKNOWN -> ErrorKind.INTERNAL;
                };
        return exception(kind, doing, sqlState, message, error);
    }

    private static SyncException exception(
            ErrorKind kind, String doing, @Nullable String sqlState, String message, @Nullable Throwable error) {
        String code = sqlState == null ? "" : " (SQLSTATE " + sqlState + ")";
        return new SyncException(kind, "cannot " + doing + ": " + message + code, error);
    }

    /** A driver's own wrapping ("An I/O error occurred") hides what happened; the innermost I/O error tells it. */
    private static String describe(SQLException error) {
        String message = error.getMessage() == null ? error.toString() : error.getMessage();
        Throwable io = ioError(error);
        return io == null || io.getMessage() == null || message.contains(io.getMessage())
                ? message
                : message + " " + io.getMessage();
    }

    private static @Nullable Throwable ioError(@Nullable Throwable error) {
        Throwable found = null;
        int depth = 0;
        for (Throwable at = error; at != null && depth < 10; at = at.getCause(), depth++) {
            if (at instanceof IOException) {
                found = at;
            }
        }
        return found;
    }

    /** A certificate that does not hold will not hold the next time either. */
    private static boolean isDistrust(@Nullable Throwable error) {
        Throwable io = ioError(error);
        return io instanceof SSLHandshakeException || io instanceof SSLPeerUnverifiedException;
    }

    /** Whether a value, or a row of them, is larger as text than the server can hold at once, which is 1 GB. */
    public static boolean isTooLarge(SQLException error) {
        return isTooLarge(error.getSQLState(), String.valueOf(error.getMessage()));
    }

    /** One limit has a code of its own, the other is told as an internal error: PostgreSQL's mcxt.c and stringinfo.c. */
    private static boolean isTooLarge(@Nullable String sqlState, String message) {
        return "54000".equals(sqlState)
                || "XX000".equals(sqlState) && message.contains("invalid memory alloc request size");
    }

    private static Cause cause(@Nullable String sqlState, String message, @Nullable Throwable error) {
        if (isDistrust(error)) {
            return Cause.REFUSED;
        }
        if (sqlState == null || sqlState.length() != 5) {
            return ioError(error) == null ? Cause.UNKNOWN : Cause.UNAVAILABLE;
        }
        if (isTooLarge(sqlState, message)) {
            return Cause.ROW;
        }
        return switch (sqlState) {
            case "08P01" -> Cause.PROTOCOL;
            case "08004", "57P04", "53400" -> Cause.REFUSED;
            case "25006" ->
                Cause.UNAVAILABLE; // read-only: a standby that is about to be promoted, or a primary no more
            case INSUFFICIENT_PRIVILEGE, "3D000", "3F000" -> Cause.REFUSED;
            case LOCK_NOT_AVAILABLE, OBJECT_IN_USE ->
                Cause.UNAVAILABLE; // a lock, or an object in use, is free again in a while
            case "54001", "54011", "54023" -> Cause.ROW; // a row or an index entry is too large
            default -> byClass(sqlState.substring(0, 2));
        };
    }

    private static Cause byClass(String sqlStateClass) {
        return switch (sqlStateClass) {
            // Connections, serialization, resources, operator intervention, the server's disk, and its own faults
            // ("cache lookup failed" beside concurrent DDL, for one): all may pass by themselves.
            case "08", "40", "53", "57", "58", "XX" -> Cause.UNAVAILABLE;
            case "28", "0A", "0L", "0P", "55", "25", "F0" -> Cause.REFUSED;
            case "42" -> Cause.MISFIT;
            case "22", "23", "27", "44", "P0", "09", "39" -> Cause.ROW;
            default -> Cause.UNKNOWN;
        };
    }
}
