package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;
import dev.sluice.postgres.Identifiers;
import dev.sluice.sink.postgres.SourceShape.Known;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Columns that were renamed or dropped in the source since the target last had all of them, told by their numbers. Numbers
 * are those of the source's present, which may be ahead of the rows; where that shows, nothing is done, and {@link TableFit}
 * says what does not fit.
 */
final class ColumnMoves {
    private final Relation relation;
    private final TargetTable target;
    private final SourceShape before;
    private final List<Statement> statements = new ArrayList<>();

    private ColumnMoves(Relation relation, TargetTable target, SourceShape before) {
        this.relation = relation;
        this.target = target;
        this.before = before;
    }

    /** What to run, in order; nothing if all columns are where they belong. */
    static List<Statement> of(Relation relation, TargetTable target, SourceShape before) {
        ColumnMoves moves = new ColumnMoves(relation, target, before);
        if (before.knowsNumbersOf(relation)) {
            moves.dropAndRename();
        }
        return moves.statements;
    }

    private void dropAndRename() {
        Set<String> taken =
                target.columns().stream().map(TargetColumn::name).collect(Collectors.toCollection(HashSet::new));
        Map<String, String> renames = new LinkedHashMap<>();
        for (Known known : before.columns()) {
            TargetColumn there = target.column(known.name())
                    .filter(column -> column.number() == known.targetNumber() && !column.generated())
                    .orElse(null);
            if (there == null) {
                continue; // somebody has changed it in the target
            }
            String name = known.in(relation).map(Column::name).orElse(null);
            if (name != null && !name.equals(known.name())) {
                renames.put(known.name(), name);
            } else if (name == null && !relation.narrowed()) {
                drop(known.name());
                taken.remove(known.name());
            }
        }
        rename(renames, taken);
    }

    private void drop(String column) {
        statements.add(Statement.of(
                "ALTER TABLE " + target.sqlName() + " DROP COLUMN " + Identifiers.quote(column),
                "drop column " + column + " of " + target.displayName()));
    }

    /** Each as soon as its new name is free; in a circle, one has to step aside. */
    private void rename(Map<String, String> renames, Set<String> taken) {
        boolean hopeless = true;
        while (hopeless) { // a name stays taken if the one that has it cannot move
            hopeless = renames.values().removeIf(name -> taken.contains(name) && !renames.containsKey(name));
        }
        while (!renames.isEmpty()) {
            boolean moved = false;
            for (Iterator<Map.Entry<String, String>> each = renames.entrySet().iterator(); each.hasNext(); ) {
                Map.Entry<String, String> move = each.next();
                if (!taken.contains(move.getValue())) {
                    rename(move.getKey(), move.getValue(), taken);
                    each.remove();
                    moved = true;
                }
            }
            if (!moved) {
                Map.Entry<String, String> first = renames.entrySet().iterator().next();
                String aside = aside(taken);
                rename(first.getKey(), aside, taken);
                renames.remove(first.getKey());
                renames.put(aside, first.getValue());
            }
        }
    }

    private static String aside(Set<String> taken) {
        int number = 1;
        while (taken.contains("sluice_aside_" + number)) {
            number++;
        }
        return "sluice_aside_" + number;
    }

    private void rename(String from, String to, Set<String> taken) {
        taken.remove(from);
        taken.add(to);
        statements.add(Statement.of(
                "ALTER TABLE " + target.sqlName() + " RENAME COLUMN " + Identifiers.quote(from) + " TO "
                        + Identifiers.quote(to),
                "rename column " + from + " of " + target.displayName()));
    }
}
