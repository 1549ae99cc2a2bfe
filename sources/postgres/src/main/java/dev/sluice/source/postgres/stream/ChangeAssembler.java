package dev.sluice.source.postgres.stream;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ChangeBatchBuilder;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.change.Transaction;
import dev.sluice.engine.route.TableSelection;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.source.postgres.pgoutput.Begin;
import dev.sluice.source.postgres.pgoutput.Commit;
import dev.sluice.source.postgres.pgoutput.LogicalMessage;
import dev.sluice.source.postgres.pgoutput.MalformedMessageException;
import dev.sluice.source.postgres.pgoutput.OriginMessage;
import dev.sluice.source.postgres.pgoutput.RelationMessage;
import dev.sluice.source.postgres.pgoutput.RowMessage;
import dev.sluice.source.postgres.pgoutput.Truncate;
import dev.sluice.source.postgres.pgoutput.TypeMessage;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Turns pgoutput's messages into batches. Keeps where the stream stands and which shape each relation has, and leaves out
 * what was delivered before. For one thread.
 *
 * <p>The server sends again the whole transaction that a position lies inside of, and after a crash may send more than was
 * asked for. What lies at or before {@code after} is counted, so that ordinals stay what they are, and left out.
 */
public final class ChangeAssembler {
    private final ChangeBatchBuilder builder;
    private final RelationDescriber describer;
    private final TableSelection selection;
    private final Position after;

    private final Map<Integer, FollowedRelation> relations = new HashMap<>();
    private final Map<Long, TypeMessage> types = new HashMap<>();
    private final RowMessage row = new RowMessage();
    private @Nullable FollowedRelation latest;
    private @Nullable String lastTable;

    private @Nullable Begin open;
    private long commitMicros = -1;
    private boolean wanted;
    private long skipUntilOrdinal;
    private long boundary;
    private long changes;
    private boolean urgent;

    public ChangeAssembler(RelationDescriber describer, TableSelection selection, Position after, int batchBytes) {
        this.builder = new ChangeBatchBuilder(batchBytes);
        this.describer = describer;
        this.selection = selection;
        this.after = after;
        this.boundary = after.isBoundary() ? after.lsn() : 0;
    }

    /**
     * Takes the message of {@code length} bytes at {@code offset}.
     *
     * @throws MalformedMessageException if it is none, or cannot come here
     */
    public void accept(byte[] bytes, int offset, int length) throws SQLException {
        byte code = bytes[offset];
        switch (code) {
            case RowMessage.INSERT, RowMessage.UPDATE, RowMessage.DELETE -> row(bytes, offset, length);
            case Begin.CODE -> begin(Begin.decode(bytes, offset, length));
            case Commit.CODE -> commit(Commit.decode(bytes, offset, length));
            case RelationMessage.CODE -> relation(RelationMessage.decode(bytes, offset, length));
            case TypeMessage.CODE -> type(TypeMessage.decode(bytes, offset, length));
            case Truncate.CODE -> truncate(Truncate.decode(bytes, offset, length));
            // Checked, and of no use yet: who wrote the transaction first, and messages, ours or other people's.
            case OriginMessage.CODE -> OriginMessage.decode(bytes, offset, length);
            case LogicalMessage.CODE -> LogicalMessage.decode(bytes, offset, length);
            default ->
                throw new MalformedMessageException(
                        "pgoutput", "code", "one of B, C, D, I, M, O, R, T, U, Y", "byte " + (code & 0xFF));
        }
    }

    public void begin(Begin begin) {
        if (open != null) {
            throw new MalformedMessageException("Begin", "xid", "after the Commit of " + open.xid(), "" + begin.xid());
        }
        open = begin;
        commitMicros = begin.commitMicros();
        int toAfter = Long.compareUnsigned(begin.finalLsn(), after.lsn());
        wanted = toAfter >= 0;
        skipUntilOrdinal = toAfter == 0 ? after.ordinal() : 0;
        if (wanted) {
            builder.begin(new Transaction(begin.xid(), begin.finalLsn(), begin.commitMicros()));
        }
    }

    public void commit(Commit commit) {
        Begin begun = requireOpen("Commit");
        if (commit.commitLsn() != begun.finalLsn()) {
            throw new MalformedMessageException(
                    "Commit",
                    "commit LSN",
                    Position.formatLsn(begun.finalLsn()) + ", as its Begin says",
                    Position.formatLsn(commit.commitLsn()));
        }
        open = null;
        if (wanted) {
            urgent = true;
            reachBoundary(commit.endLsn());
        }
    }

    /** While nothing is open: everything before {@code lsn} has been sent. */
    public void keepalive(long lsn) {
        if (open == null && Long.compareUnsigned(lsn, boundary) > 0 && Long.compareUnsigned(lsn, after.lsn()) > 0) {
            reachBoundary(lsn);
        }
    }

    private void reachBoundary(long lsn) {
        builder.boundary(lsn);
        boundary = lsn;
    }

    public void relation(RelationMessage message) throws SQLException {
        long xid = requireOpen("Relation").xid();
        boolean selected = selection.includes(message.schema(), message.name())
                && !message.schema().equals(TableCatalogue.OWN_SCHEMA);
        int oid = (int) message.oid();
        lastTable = message.schema() + "." + message.name();
        requireNotLost(relations.get(oid), message, selected);
        relations.put(
                oid,
                new FollowedRelation(
                        describer.describe(message, xid, types),
                        message.columns().size(),
                        selected));
        latest = null;
    }

    /** A table that was copied, and is published, must not go on unheard because of a new name. */
    private static void requireNotLost(@Nullable FollowedRelation before, RelationMessage message, boolean selected) {
        if (before != null && before.selected() && !selected) {
            String name = message.schema() + "." + message.name();
            throw SyncException.of(List.of(new Problem(
                    ErrorKind.SOURCE_REFUSED,
                    before.relation().displayName() + " was renamed to " + name
                            + ", which tables: does not name; its changes would be lost",
                    "add \"" + name + "\" to tables:")));
        }
    }

    private void type(TypeMessage message) {
        types.put(message.oid(), message);
    }

    private void row(byte[] bytes, int offset, int length) {
        row.read(bytes, offset, length);
        FollowedRelation followed = followed(row.relation());
        row.requireColumns(followed.wireColumns());
        if (isLeftOut(followed)) {
            return;
        }
        builder.add(
                row.operation(),
                followed.relation(),
                row.oldTuple(),
                bytes,
                row.oldOffset(),
                row.oldLength(),
                row.rowOffset(),
                row.rowLength());
        added();
    }

    public void truncate(Truncate truncate) {
        for (long oid : truncate.relations()) {
            FollowedRelation followed = followed((int) oid);
            if (!isLeftOut(followed)) {
                builder.add(Operation.TRUNCATE, followed.relation(), OldTuple.NONE, new byte[0], 0, 0, 0, 0);
                added();
            }
        }
    }

    private void added() {
        changes++;
        urgent = true;
    }

    /** Counts a change that was delivered before, or is not ours. */
    private boolean isLeftOut(FollowedRelation followed) {
        requireOpen("row");
        if (!wanted) {
            return true;
        }
        if (!followed.selected() || builder.nextOrdinal() <= skipUntilOrdinal) {
            builder.skip();
            return true;
        }
        return false;
    }

    private FollowedRelation followed(int oid) {
        FollowedRelation found = latest;
        if (found == null || (int) found.relation().oid() != oid) {
            found = relations.get(oid);
            if (found == null) {
                throw new MalformedMessageException(
                        "row",
                        "relation OID",
                        "one that a Relation message has described",
                        Integer.toUnsignedString(oid));
            }
            latest = found;
            lastTable = found.relation().displayName();
        }
        return found;
    }

    private Begin requireOpen(String message) {
        Begin begun = open;
        if (begun == null) {
            throw new MalformedMessageException(message, "place", "after a Begin", "outside of a transaction");
        }
        return begun;
    }

    /** Whose row or description was accepted last, for people; null if none was. */
    public @Nullable String lastTable() {
        return lastTable;
    }

    /** When the transaction that began last was committed, by the server's clock; -1 if none has begun. */
    long commitMicros() {
        return commitMicros;
    }

    boolean inTransaction() {
        return open != null;
    }

    public boolean isFull() {
        return builder.isFull();
    }

    /** Whether there is nothing to tell. */
    public boolean isEmpty() {
        return builder.isEmpty();
    }

    /** Whether there is more to tell than that keepalives have moved the position: a change, or a transaction that ended. */
    public boolean isUrgent() {
        return urgent;
    }

    public ChangeBatch build() {
        urgent = false;
        return builder.build();
    }

    /** How many changes were added since this was made. */
    public long changes() {
        return changes;
    }
}
