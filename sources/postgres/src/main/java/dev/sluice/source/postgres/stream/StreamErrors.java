package dev.sluice.source.postgres.stream;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.SqlStates;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.origin.ReplicationSlot;
import dev.sluice.source.postgres.pgoutput.MalformedMessageException;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** Says what an error of the stream means. */
final class StreamErrors {
    /**
     * Lost slots are all SQLSTATE 55000 or 58P01, worded differently from version to version; these words are in all of them.
     */
    private static final List<String> LOST = List.of(
            "can no longer access replication slot",
            "can no longer get changes from replication slot",
            "cannot read from logical replication slot",
            "has been invalidated",
            "has already been removed");

    /** The part of decoding that writes rows, as the error's context calls it in every language. */
    private static final Pattern WRITES_A_ROW = Pattern.compile("\\b(stream_)?change\\b");

    private final SourceSettings settings;
    private final Position after;

    StreamErrors(SourceSettings settings, Position after) {
        this.settings = settings;
        this.after = after;
    }

    /** @param standing where the stream stood, for a person */
    SyncException of(Throwable error, Position standing) {
        if (error instanceof SyncException ours) {
            return ours;
        }
        if (error instanceof MalformedMessageException malformed) {
            return new SyncException(
                    ErrorKind.SOURCE_PROTOCOL, malformed.getMessage() + ", after position " + standing, malformed);
        }
        if (error instanceof SQLException sql) {
            return of(sql);
        }
        return SyncException.from(error);
    }

    /** @param lastTable whose row or description came last, if any did */
    SyncException of(Throwable error, Position standing, @Nullable String lastTable) {
        if (error instanceof PSQLException refused && SqlStates.isTooLarge(refused)) {
            return isOfARow(refused) ? tooLarge(refused, standing, lastTable) : outOfMemory(refused);
        }
        return of(error, standing);
    }

    /** Otherwise it is decoding itself that wanted too much, for a transaction rather than for a row. */
    private boolean isOfARow(PSQLException error) {
        ServerErrorMessage told = error.getServerErrorMessage();
        String where = told == null || told.getWhere() == null ? "" : told.getWhere();
        return WRITES_A_ROW
                .matcher(where.replaceFirst(Pattern.quote(settings.slot()), ""))
                .find();
    }

    private SyncException outOfMemory(PSQLException error) {
        return new SyncException(
                ErrorKind.SOURCE_UNAVAILABLE,
                "cannot read slot " + settings.slot()
                        + ": the server got no memory for decoding, and keeps WAL for it: " + error.getMessage()
                        + " (SQLSTATE " + error.getSQLState() + ")",
                error);
    }

    /** The server describes a table just before its first row, so that the last it told of is the one, or came before it. */
    private SyncException tooLarge(PSQLException error, Position standing, @Nullable String lastTable) {
        ServerErrorMessage told = error.getServerErrorMessage();
        String where = told == null || told.getWhere() == null ? "" : " (" + told.getWhere() + ")";
        return SyncException.of(List.of(new Problem(
                ErrorKind.SOURCE_REFUSED,
                "the server cannot send a row of a transaction after " + standing
                        + ", which has more than 1 GB as text: "
                        + error.getMessage() + where
                        + (lastTable == null ? "" : "; what it sent last was of " + lastTable),
                "The row stays in the WAL. Leave its table out (tables: \"!schema.table\", ALTER PUBLICATION "
                        + Identifiers.quote(settings.publication())
                        + " DROP TABLE schema.table), run teardown and start with a new copy.")));
    }

    private SyncException of(SQLException error) {
        String state = error.getSQLState();
        String message = String.valueOf(error.getMessage());
        if ((SqlStates.OBJECT_NOT_IN_PREREQUISITE_STATE.equals(state) || SqlStates.UNDEFINED_FILE.equals(state))
                && LOST.stream().anyMatch(message::contains)) {
            return gap("its WAL was removed", null, error);
        }
        if (SqlStates.UNDEFINED_OBJECT.equals(state) && message.contains("publication")) {
            return gap(
                    "publication " + settings.publication() + " was dropped or is younger than they are", null, error);
        }
        if (SqlStates.UNDEFINED_OBJECT.equals(state)) {
            return gap("the slot was dropped", null, error);
        }
        return SqlStates.source("read slot " + settings.slot(), error);
    }

    /** Fails unless the slot can stream all that lies after our position. */
    void requireComplete(@Nullable ReplicationSlot slot) {
        if (slot == null) {
            throw gap("the slot does not exist", null, null);
        }
        if (slot.invalidation() != null) {
            throw gap("the slot was invalidated (" + slot.invalidation() + ")", null, null);
        }
        if (!"pgoutput".equals(slot.plugin()) || !settings.endpoint().database().equals(slot.database())) {
            throw new SyncException(
                    ErrorKind.STATE_MISMATCH,
                    "slot " + slot.name() + " belongs to plugin " + slot.plugin() + " and database " + slot.database()
                            + ", not to pgoutput and " + settings.endpoint().database());
        }
        Position confirmed = slot.confirmedFlush();
        if (confirmed != null && Long.compareUnsigned(confirmed.lsn(), after.lsn()) > 0) {
            throw gap("the server was told to forget them", confirmed, null);
        }
    }

    /** @param exists whether the publication does */
    void requirePublished(boolean exists) {
        if (!exists) {
            throw publicationMissing(null);
        }
    }

    private SyncException publicationMissing(@Nullable Throwable cause) {
        return gap("publication " + settings.publication() + " was dropped, or is younger than they are", null, cause);
    }

    /** Fails if the server has less WAL than we have read: it is not what it was, or a copy of what it was. */
    void requireNotBehind(long serverLsn) {
        if (Long.compareUnsigned(serverLsn, after.lsn()) < 0) {
            throw new SyncException(
                    ErrorKind.SOURCE_GAP,
                    "the server went back in time: its WAL ends at " + Position.formatLsn(serverLsn)
                            + ", we have read up to " + after);
        }
    }

    SyncException gap(String why, @Nullable Position until, @Nullable Throwable cause) {
        String range = until == null ? "from " + after + " on" : "from " + after + " to " + until;
        return new SyncException(
                ErrorKind.SOURCE_GAP,
                "changes " + range + " are no longer available from slot " + settings.slot() + ": " + why,
                cause);
    }
}
