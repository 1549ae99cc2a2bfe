package dev.sluice.source.postgres.stream;

import dev.sluice.engine.change.Relation;

/**
 * A relation of the stream.
 *
 * @param relation its shape for the rows that follow
 * @param wireColumns how many columns each of its tuples has
 * @param selected false if it is published but not ours: its changes are counted and left out
 */
record FollowedRelation(Relation relation, int wireColumns, boolean selected) {}
