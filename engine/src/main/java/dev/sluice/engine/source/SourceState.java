package dev.sluice.engine.source;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@link Origin#inspect} found.
 *
 * @param identity which stream this is
 * @param confirmed the position before which the server has forgotten; null when the stream was never begun (no slot)
 * @param tables the matched tables that can be followed, in their present shape
 * @param unpublished OIDs of those of them whose changes the stream does not bring yet
 * @param copy what is to be read of them
 * @param notices what was left out and why, one sentence each
 */
public record SourceState(
        SourceIdentity identity,
        @Nullable Position confirmed,
        List<Relation> tables,
        Set<Long> unpublished,
        CopyMode copy,
        List<String> notices) {
    public SourceState {
        tables = List.copyOf(tables);
        unpublished = Set.copyOf(unpublished);
        notices = List.copyOf(notices);
    }
}
