package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.TupleCursor;
import dev.sluice.engine.change.ValueKind;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the stream brings although it is there, or will be: changes that were committed before their table, or their part of
 * it, was read, or is going to be. They are left out, so that each is applied once, by the copy or by the stream. For one
 * thread at a time.
 */
final class Overlap {
    /** There is none. */
    static final Overlap NONE = new Overlap(List.of(), Position.NONE, Set.of());

    private static final int REMEMBERED_RELATIONS = 100_000;
    private static final Pattern INTEGER = Pattern.compile("-?\\d{1,19}");

    private final CopiedTables copied;
    private final Position end;
    private final Set<Long> unfinished;
    private final Map<Relation, HeldTable> byRelation = new IdentityHashMap<>();
    private final TupleCursor cursor = new TupleCursor();

    private Overlap(Collection<CopiedChunk> chunks, Position end, Set<Long> unfinished) {
        this.copied = new CopiedTables(chunks);
        this.end = end;
        this.unfinished = unfinished;
    }

    /**
     * @param start where the stream begins
     * @param unfinished OIDs of tables of which more is going to be read
     */
    static Overlap of(Collection<CopiedChunk> copied, Position start, Set<Long> unfinished) {
        Position last = copied.stream().map(CopiedChunk::readAt).reduce(Position.NONE, Position::max);
        return last.isAfter(start) || !unfinished.isEmpty() ? new Overlap(copied, last, unfinished) : NONE;
    }

    /** The batch without it; moves the position as far. Fails with {@link CopyAnew} where nothing is right. */
    ChangeBatch removeFrom(ChangeBatch batch) {
        if (batch.isEmpty() || unfinished.isEmpty() && batch.position(0).isAfter(end)) {
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
        HeldTable held = held(batch.relation(change));
        if (held.isEmpty()) {
            return held.isGrowing() ? null : operation;
        }
        Position position = batch.position(change);
        if (held.holdsAll(position)) {
            return null;
        }
        if (operation == Operation.TRUNCATE) {
            return truncated(held, batch.relation(change), position);
        }
        if (!held.isByKey()) {
            return operation;
        }
        boolean after = operation != Operation.DELETE && held.holds(key(batch, change, false, held), position);
        boolean before = operation == Operation.INSERT || batch.oldTuple(change) == OldTuple.NONE
                ? after
                : held.holds(key(batch, change, true, held), position);
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
                throw new CopyAnew(
                        batch.relation(change),
                        batch.relation(change).displayName() + ": a row got another key at " + batch.position(change)
                                + ", and moved between parts of the table that were copied before and after; its column "
                                + cursor.column().name() + " did not change and is not in the stream");
            }
        }
        return Operation.INSERT;
    }

    private HeldTable held(Relation relation) {
        if (byRelation.size() > REMEMBERED_RELATIONS) {
            byRelation.clear();
        }
        return byRelation.computeIfAbsent(relation, this::find);
    }

    /** Of a table of which more is going to be read, neither pages count nor what had its name before. */
    private HeldTable find(Relation relation) {
        List<CopiedChunk> all = copied.of(relation);
        if (!unfinished.contains(relation.oid())) {
            return new HeldTable(all, all.stream().anyMatch(chunk -> unfinished.contains(chunk.relation())));
        }
        List<CopiedChunk> own = all.stream()
                .filter(chunk ->
                        chunk.relation() == relation.oid() && chunk.chunk().range() != null)
                .toList();
        return new HeldTable(own, true);
    }

    private static Operation truncated(HeldTable held, Relation table, Position position) {
        if (!held.holdsNothing(position)) {
            throw new CopyAnew(
                    table,
                    table.displayName() + ": truncated at " + position + ", between the copies of two parts of it");
        }
        return Operation.TRUNCATE;
    }

    private long key(ChangeBatch batch, int change, boolean old, HeldTable held) {
        if (old ? cursor.toOld(batch, change) : cursor.toRow(batch, change)) {
            while (cursor.next()) {
                String value = cursor.column().name().equals(held.keyColumn()) ? cursor.text() : null;
                if (value != null && INTEGER.matcher(value).matches()) {
                    return Long.parseLong(value);
                }
            }
        }
        throw new CopyAnew(
                batch.relation(change),
                batch.relation(change).displayName() + ": a change at " + batch.position(change)
                        + " lacks the key column " + held.keyColumn() + ", by which the table was copied in parts");
    }
}
