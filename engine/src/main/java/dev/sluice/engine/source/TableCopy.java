package dev.sluice.engine.source;

import dev.sluice.engine.change.Relation;

/**
 * One table of a {@link Snapshot}.
 *
 * @param relation the columns that are copied, indexed from 0 without a gap
 * @param estimatedRows from the planner's statistics, -1 when there are none
 * @param estimatedBytes on the source's disk, TOAST included
 */
public record TableCopy(Relation relation, long estimatedRows, long estimatedBytes) {}
