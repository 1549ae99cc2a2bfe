package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;
import org.jspecify.annotations.Nullable;

/**
 * Lets the columns of a target keep their names where those of the source were renamed. Columns are told by their numbers,
 * there and here; where those are not certain, because the source was altered since, by the names that they had when they
 * were last met. If two would come to have one name, nothing is taken for renamed.
 */
final class KeptNames {
    private KeptNames() {}

    /**
     * The relation with the names that its columns have in the target.
     *
     * @param before the relation's shape until now, if it is known
     */
    static Relation of(Relation relation, TargetTable target, @Nullable SourceShape before) {
        if (before == null) {
            return relation;
        }
        boolean byNumber = before.knowsNumbersOf(relation);
        Relation kept = relation.withColumnsNamed(
                column -> before.nameKept(column, target, byNumber).orElse(column.name()));
        long names = kept.columns().stream().map(Column::name).distinct().count();
        return names == kept.columns().size() ? kept : relation;
    }
}
