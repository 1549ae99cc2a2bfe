package dev.sluice.sink.postgres;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Empties tables that foreign keys may join. PostgreSQL refuses to truncate a table that a foreign key points at, even from
 * an empty table, unless the table at its other end is truncated by the same statement; such a table is emptied with
 * DELETE, which asks no foreign key where they are silent. Stateless; any thread.
 */
final class Emptying {
    private Emptying() {}

    static List<Statement> of(Collection<TargetTable> tables) {
        List<TargetTable> together = tables.stream().distinct().collect(Collectors.toCollection(ArrayList::new));
        List<TargetTable> alone = new ArrayList<>();
        List<TargetTable> leaving = referencedFromOutside(together);
        while (!leaving.isEmpty()) { // what leaves is outside, and may point at others
            together.removeAll(leaving);
            alone.addAll(leaving);
            leaving = referencedFromOutside(together);
        }
        List<Statement> statements = new ArrayList<>();
        for (TargetTable table : alone) {
            statements.add(Statement.of("DELETE FROM " + table.sqlName(), "empty " + table.displayName()));
        }
        if (!together.isEmpty()) {
            statements.add(Statement.of(
                    "TRUNCATE " + together.stream().map(TargetTable::sqlName).collect(Collectors.joining(", ")),
                    "truncate "
                            + together.stream().map(TargetTable::displayName).collect(Collectors.joining(", "))));
        }
        return statements;
    }

    private static List<TargetTable> referencedFromOutside(List<TargetTable> tables) {
        Set<String> names = tables.stream().map(TargetTable::displayName).collect(Collectors.toSet());
        return tables.stream()
                .filter(table -> !names.containsAll(table.referencedBy()))
                .toList();
    }
}
