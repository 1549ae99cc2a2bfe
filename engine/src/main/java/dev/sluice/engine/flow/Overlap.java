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
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

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
        int count = 0;
        for (int change = 0; change < batch.size(); change++) {
            if (!isHeld(batch, change)) {
                kept[count++] = change;
            }
        }
        return batch.select(kept, count);
    }

    private boolean isHeld(ChangeBatch batch, int change) {
        List<CopiedChunk> held = chunks(batch.relation(change));
        if (held.isEmpty()) {
            return false;
        }
        Position position = batch.position(change);
        Operation operation = batch.operation(change);
        if (held.get(0).chunk().range() == null || operation == Operation.TRUNCATE) {
            return allOrNone(held, position, batch.relation(change));
        }
        boolean after = operation != Operation.DELETE && isHeld(held, key(batch, change, false, held), position);
        boolean before = operation == Operation.INSERT || batch.oldTuple(change) == OldTuple.NONE
                ? after
                : isHeld(held, key(batch, change, true, held), position);
        if (operation == Operation.DELETE) {
            return before;
        }
        if (before != after) {
            throw new SyncException(
                    ErrorKind.STATE_MISMATCH,
                    "a row of " + batch.relation(change).displayName() + " got another key at " + position
                            + ", and moved between parts of the table that were copied before and after");
        }
        return after;
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
