package dev.sluice.engine.source;

import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.Relation;

/**
 * One table of a {@link Snapshot}, or one chunk of it.
 *
 * @param relation the columns that are copied, indexed from 0 without a gap; the same object for all chunks of a table
 * @param estimatedRows of this chunk, from the planner's statistics, -1 when there are none
 * @param estimatedBytes of this chunk on the source's disk, TOAST included
 */
public record TableCopy(Relation relation, CopyChunk chunk, long estimatedRows, long estimatedBytes) {
    /** For people: {@code public.orders (2 of 5)}. */
    public String displayName() {
        return relation.displayName() + chunk.suffix();
    }
}
