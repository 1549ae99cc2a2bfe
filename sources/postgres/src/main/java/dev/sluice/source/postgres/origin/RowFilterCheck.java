package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.route.TableSelection.QualifiedName;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.Table;
import dev.sluice.source.postgres.RowFilters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Lets the server read the conditions under {@code rows:}, each as the filter of a publication that is rolled back. That
 * finds what is wrong with them, and shows them as the server prints them, so that they can be compared. Blocking.
 */
final class RowFilterCheck {
    /** Of a publication that nobody else ever sees. */
    private static final String NAME = "sluice_reads_a_condition";

    private static final String READ = """
            SELECT pg_get_expr(r.prqual, r.prrelid), ARRAY(
                SELECT a.attname::text FROM pg_depend d
                JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                WHERE d.classid = 'pg_publication_rel'::regclass AND d.objid = r.oid
                  AND d.refobjid = r.prrelid AND d.refobjsubid > 0)
            FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid WHERE p.pubname = ?
            """;

    private final RowFilters rows;
    private final Report report;

    RowFilterCheck(RowFilters rows, Report report) {
        this.rows = rows;
        this.report = report;
    }

    /**
     * Reports what is wrong with them.
     *
     * @param connection in autocommit mode
     * @param tables those that are followed
     * @return the conditions as the server prints them, without those that it refuses
     */
    Map<QualifiedName, String> run(Connection connection, List<Table> tables) throws SQLException {
        Map<QualifiedName, String> printed = new HashMap<>();
        if (rows.isEmpty()) {
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
        reportOthers(tables);
        for (Table table : tables) {
            QualifiedName name = new QualifiedName(table.schema(), table.name());
            if (rows.tables().contains(name)) {
                String condition = read(connection, table);
                if (condition != null) {
                    printed.put(name, condition);
                }
            }
        }
        return printed;
    }

    private void reportOthers(List<Table> tables) {
        Set<QualifiedName> others = new HashSet<>(rows.tables());
        tables.forEach(table -> others.remove(new QualifiedName(table.schema(), table.name())));
        if (!others.isEmpty()) {
            report.add(
                    ErrorKind.CONFIGURATION,
                    "rows: names "
                            + others.stream()
                                    .map(name -> name.schema() + "." + name.name())
                                    .sorted()
                                    .collect(Collectors.joining(", "))
                            + ", which is not followed",
                    "write the table's name as tables: finds it, a partitioned table's for those of its partitions");
        }
    }

    private @Nullable String read(Connection connection, Table table) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(Publication.createStatement(NAME, List.of(table), rows));
            return readBack(connection, table);
        } catch (SQLException refused) {
            report.add(
                    ErrorKind.CONFIGURATION,
                    "rows: the server does not take the condition for " + table.displayName() + ": "
                            + refused.getMessage(),
                    "correct it; it may use columns of the table, constants and immutable functions");
            return null;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private String readBack(Connection connection, Table table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setString(1, NAME);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new SQLException("the publication is not there", "XX000");
                }
                reportColumns(table, new HashSet<>(Arrays.asList((String[])
                        row.getArray(2).getArray())));
                return row.getString(1);
            }
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
