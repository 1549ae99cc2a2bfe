package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;
import dev.sluice.sink.postgres.SourceShape.Known;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Defaults and NOT NULL, as far as the source has changed them. Rows that are copied need neither, they bind whoever else
 * writes to the target; so one that the target cannot take is left.
 *
 * <p>They are those of the source's present, which may be ahead of the rows: where a row with NULL is still to come,
 * {@link NullColumns} takes NOT NULL away again.
 */
final class ColumnRules {
    /** What the target lacks: a function, table or sequence, type, schema; or the default is of a type that is to come. */
    private static final Set<String> DEFAULT_IS_NOT_POSSIBLE =
            Set.of("42883", "42P01", "42704", "3F000", "42804", "42846", "22P02");

    private static final Set<String> HAS_NULL = Set.of("23502");

    private ColumnRules() {}

    /** @param leftFor the SQLSTATEs with which the target may refuse it */
    record Rule(Statement statement, Set<String> leftFor) {}

    /** What to run, each by itself. */
    static List<Rule> of(Relation relation, TargetTable target, SourceShape before) {
        List<Rule> rules = new ArrayList<>();
        for (Column column : relation.columns()) {
            TargetColumn found = target.column(column.name()).orElse(null);
            if (found == null || found.generated()) {
                continue;
            }
            Known known = before.named(column.name()).orElse(null);
            if (column.number() != 0 && isAnotherDefault(column, known, found)) {
                rules.add(byDefault(target, column));
            }
            if (column.notNull() && !found.notNull() && (known == null || !known.notNull())) {
                rules.add(notNull(target, column));
            }
        }
        return rules;
    }

    private static boolean isAnotherDefault(Column column, @Nullable Known known, TargetColumn found) {
        if (found.identityAlways()) {
            return false;
        }
        return known == null
                ? column.defaultText() != null || found.hasDefault()
                : !Objects.equals(column.defaultText(), known.defaultText());
    }

    private static Rule byDefault(TargetTable target, Column column) {
        String alter = TableDefinition.alterColumn(target, column.name());
        return new Rule(
                Statement.of(
                        column.defaultText() == null
                                ? alter + "DROP DEFAULT;"
                                : alter + "SET DEFAULT " + column.defaultText() + ";",
                        "change the default of column " + column.name() + " of " + target.displayName()),
                DEFAULT_IS_NOT_POSSIBLE);
    }

    private static Rule notNull(TargetTable target, Column column) {
        return new Rule(
                Statement.of(
                        TableDefinition.alterColumn(target, column.name()) + "SET NOT NULL;",
                        "forbid NULL in column " + column.name() + " of " + target.displayName()),
                HAS_NULL);
    }
}
