package dev.sluice.sink.postgres;

import dev.sluice.postgres.Identifiers;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A table of the target as its catalog has it.
 *
 * @param kind {@code pg_class.relkind}
 * @param foreignKeys names of the foreign keys that it has or that point at it
 * @param triggers names of its enabled triggers
 * @param referencedBy other tables whose foreign keys point at it, as {@code schema.name}, unquoted
 * @param missingPrivileges which of the rights to write we do not have
 */
record TargetTable(
        String schema,
        String name,
        char kind,
        List<TargetColumn> columns,
        List<UniqueIndex> uniqueIndexes,
        List<String> foreignKeys,
        List<String> triggers,
        List<String> referencedBy,
        List<String> missingPrivileges) {
    TargetTable {
        columns = List.copyOf(columns);
        uniqueIndexes = List.copyOf(uniqueIndexes);
        foreignKeys = List.copyOf(foreignKeys);
        triggers = List.copyOf(triggers);
        referencedBy = List.copyOf(referencedBy);
        missingPrivileges = List.copyOf(missingPrivileges);
    }

    String sqlName() {
        return Identifiers.qualified(schema, name);
    }

    String displayName() {
        return schema + "." + name;
    }

    /** Whether rows can be written to it: an ordinary or a partitioned table. */
    boolean isTable() {
        return kind == 'r' || kind == 'p';
    }

    Optional<TargetColumn> column(String wanted) {
        return columns.stream().filter(column -> column.name().equals(wanted)).findFirst();
    }

    Optional<UniqueIndex> uniqueIndexOn(Set<String> names) {
        return uniqueIndexes.stream().filter(index -> index.covers(names)).findFirst();
    }
}
