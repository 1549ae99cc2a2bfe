package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.route.TableSelection.QualifiedName;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Table;
import dev.sluice.source.postgres.SourceSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds what is wrong with the conditions under {@code rows:}. Blocking. */
final class RowFilterCheck {
    /** SQLSTATE classes of what can be wrong with an expression: not supported, a value, syntax and names. */
    private static final Set<String> OF_EXPRESSIONS = Set.of("0A", "22", "42");

    private final SourceSettings settings;
    private final Report report;

    RowFilterCheck(SourceSettings settings, Report report) {
        this.settings = settings;
        this.report = report;
    }

    /**
     * Reports what is wrong with them.
     *
     * @param connection in autocommit mode
     * @param tables those that are followed
     * @param resumes whether they have been followed before, so that one that is missing was dropped
     * @return the conditions as the server prints them, without those that it refuses
     * @throws SQLException what may pass by itself
     */
    Map<QualifiedName, String> run(Connection connection, List<Table> tables, boolean resumes) throws SQLException {
        Map<QualifiedName, String> printed = new HashMap<>();
        if (settings.rows().isEmpty()) {
            return printed;
        }
        if (connection.getMetaData().getDatabaseMajorVersion() < Publication.FIRST_WITH_FILTERS) {
            report.add(
                    ErrorKind.CONFIGURATION,
                    "rows: the server is older than PostgreSQL " + Publication.FIRST_WITH_FILTERS
                            + ", the first that can filter rows",
                    "leave rows: out, or upgrade the server");
            return printed;
        }
        reportOthers(tables, resumes);
        ConditionReader conditions = new ConditionReader(connection, settings.rows());
        for (Table table : tables) {
            QualifiedName name = new QualifiedName(table.schema(), table.name());
            if (settings.rows().tables().contains(name)) {
                ConditionReader.Condition condition = read(conditions, table);
                if (condition != null) {
                    reportColumns(table, condition.columns());
                    printed.put(name, condition.printed());
                }
            }
        }
        return printed;
    }

    private void reportOthers(List<Table> tables, boolean resumes) {
        Set<QualifiedName> others = new HashSet<>(settings.rows().tables());
        tables.forEach(table -> others.remove(new QualifiedName(table.schema(), table.name())));
        if (others.isEmpty()) {
            return;
        }
        String what = "rows: names "
                + others.stream()
                        .map(name -> name.schema() + "." + name.name())
                        .sorted()
                        .collect(Collectors.joining(", "))
                + ", which is not followed";
        if (resumes) {
            report.notice(what + ": it was dropped, or renamed, or is written in another way than tables: finds it.");
        } else {
            report.add(
                    ErrorKind.CONFIGURATION,
                    what,
                    "write the table's name as tables: finds it, a partitioned table's for those of its partitions");
        }
    }

    /** Null if the server does not take it. */
    private ConditionReader.@Nullable Condition read(ConditionReader conditions, Table table) throws SQLException {
        try {
            return conditions.read(table);
        } catch (SQLException error) {
            String state = String.valueOf(error.getSQLState());
            if (SqlStates.INSUFFICIENT_PRIVILEGE.equals(state)) {
                String database = settings.endpoint().database();
                String user = settings.endpoint().user();
                report.refuse(
                        "the condition under rows: for " + table.displayName() + " cannot be read by " + user + ": "
                                + error.getMessage(),
                        "GRANT TEMPORARY ON DATABASE " + Identifiers.quote(database) + " TO " + Identifiers.quote(user)
                                + "; and GRANT SELECT ON " + table.sqlName() + " TO " + Identifiers.quote(user) + ";");
                return null;
            }
            if (state.length() != 5 || !OF_EXPRESSIONS.contains(state.substring(0, 2))) {
                throw error;
            }
            if (!conditions.exists(table)) {
                throw new SyncException(
                        ErrorKind.SOURCE_UNAVAILABLE,
                        table.displayName() + " was dropped while its condition under rows: was read",
                        error);
            }
            report.add(
                    ErrorKind.CONFIGURATION,
                    "rows: the server does not take the condition for " + table.displayName() + ": "
                            + error.getMessage(),
                    "correct it; it may use columns of the table, constants and immutable functions");
            return null;
        }
    }

    /** Otherwise its UPDATEs and DELETEs would fail in the source: PostgreSQL's manual, "Row Filters". */
    private void reportColumns(Table table, Set<String> used) {
        if (table.identity() == ReplicaIdentity.FULL || !table.hasReplicaIdentity()) {
            return;
        }
        Set<String> others = new HashSet<>(used);
        table.relation().keyColumns().forEach(column -> others.remove(column.name()));
        if (!others.isEmpty()) {
            report.add(
                    ErrorKind.CONFIGURATION,
                    "rows: the condition for " + table.displayName() + " uses "
                            + others.stream().sorted().collect(Collectors.joining(", "))
                            + ", which is no part of its replica identity, so that its UPDATEs and DELETEs would fail in the"
                            + " source",
                    "ALTER TABLE " + table.sqlName() + " REPLICA IDENTITY FULL; or USING INDEX one that has "
                            + others.stream().sorted().map(Identifiers::quote).collect(Collectors.joining(", ")));
        }
    }
}
