package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.KeyRange;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.change.TupleCursor;
import dev.sluice.engine.change.ValueKind;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the stream brings although it is there: changes that were committed before their table, or their part of it, was
 * read. They are left out, so that each is applied once, by the copy or by the stream. For one thread at a time.
 */
final class Overlap {
    /** There is none. */
    static final Overlap NONE = new Overlap(List.of(), Position.NONE);

    private static final int REMEMBERED_RELATIONS = 100_000;

    private final CopiedTables copied;
    private final Position end;
    private final Map<Relation, List<CopiedChunk>> byRelation = new IdentityHashMap<>();
    private final TupleCursor cursor = new TupleCursor();

    private Overlap(Collection<CopiedChunk> chunks, Position end) {
        this.copied = new CopiedTables(chunks);
        this.end = end;
    }

    /** @param start where the stream begins */
    static Overlap of(Collection<CopiedChunk> copied, Position start) {
        Position last = copied.stream().map(CopiedChunk::readAt).reduce(Position.NONE, Position::max);
        return last.isAfter(start) ? new Overlap(copied, last) : NONE;
    }

    /** The batch without it; moves the position as far. */
    ChangeBatch removeFrom(ChangeBatch batch) {
        if (batch.isEmpty() || batch.position(0).isAfter(end)) {
            return batch;
        }
        int[] kept = new int[batch.size()];
        @Nullable Operation @Nullable [] turned = null;
        int count = 0;
        for (int change = 0; change < batch.size(); change++) {
            Operation left = left(batch, change);
            if (left != null) {
                if (left != batch.operation(change)) {
                    turned = turned == null ? new Operation[batch.size()] : turned;
                    turned[count] = left;
                }
                kept[count++] = change;
            }
        }
        return turned == null ? batch.select(kept, count) : batch.select(kept, count, turned);
    }

    /** What is left to apply of a change; null if nothing is. */
    private @Nullable Operation left(ChangeBatch batch, int change) {
        Operation operation = batch.operation(change);
        List<CopiedChunk> held = chunks(batch.relation(change));
        if (held.isEmpty()) {
            return operation;
        }
        Position position = batch.position(change);
        if (held.get(0).chunk().range() == null || operation == Operation.TRUNCATE) {
            return allOrNone(held, position, batch.relation(change)) ? null : operation;
        }
        boolean after = operation != Operation.DELETE && isHeld(held, key(batch, change, false, held), position);
        boolean before = operation == Operation.INSERT || batch.oldTuple(change) == OldTuple.NONE
                ? after
                : isHeld(held, key(batch, change, true, held), position);
        if (operation == Operation.DELETE) {
            return before ? null : operation;
        }
        if (before == after) {
            return after ? null : operation;
        }
        return before ? arrival(batch, change) : Operation.DELETE;
    }

    /** A row got a key of a part that was read before, from one that was read afterwards, without the row. */
    private Operation arrival(ChangeBatch batch, int change) {
        cursor.toRow(batch, change);
        while (cursor.next()) {
            if (cursor.kind() == ValueKind.ABSENT) {
                throw new SyncException(
                        ErrorKind.STATE_MISMATCH,
                        "a row of " + batch.relation(change).displayName() + " got another key at "
                                + batch.position(change)
                                + ", and moved between parts of the table that were copied before and after; its column "
                                + cursor.column().name() + " did not change and is not in the stream");
            }
        }
        return Operation.INSERT;
    }

    private List<CopiedChunk> chunks(Relation relation) {
        if (byRelation.size() > REMEMBERED_RELATIONS) {
            byRelation.clear();
        }
        return byRelation.computeIfAbsent(relation, copied::of);
    }

    private static boolean allOrNone(List<CopiedChunk> held, Position position, Relation table) {
        boolean first = isHeld(held.get(0), position);
        for (CopiedChunk chunk : held) {
            if (isHeld(chunk, position) != first) {
                throw new SyncException(
                        ErrorKind.STATE_MISMATCH,
                        table.displayName() + " was truncated at " + position
                                + ", between the copies of two parts of it");
            }
        }
        return first;
    }

    private static boolean isHeld(List<CopiedChunk> held, long key, Position position) {
        for (CopiedChunk chunk : held) {
            KeyRange range = chunk.chunk().range();
            if (range != null && range.contains(key)) {
                return isHeld(chunk, position);
            }
        }
        return false;
    }

    private static boolean isHeld(CopiedChunk chunk, Position position) {
        return !position.isAfter(chunk.readAt());
    }

    private long key(ChangeBatch batch, int change, boolean old, List<CopiedChunk> held) {
        KeyRange range = held.get(0).chunk().range();
        String name = range == null ? "" : range.column();
        if (old ? cursor.toOld(batch, change) : cursor.toRow(batch, change)) {
            while (cursor.next()) {
                String value = cursor.column().name().equals(name) ? cursor.text() : null;
                if (value != null) {
                    return Long.parseLong(value);
                }
            }
        }
        throw new SyncException(
                ErrorKind.STATE_MISMATCH,
                "a change of " + batch.relation(change).displayName() + " at " + batch.position(change)
                        + " lacks the key column " + name + ", by which the table was copied in parts");
    }
}
