package dev.sluice.source.postgres.origin;

import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Table;
import dev.sluice.source.postgres.RowFilters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Lets the server read a condition on the rows of a table, and shows it as the server prints it, so that two can be
 * compared. Whatever is made for that is rolled back. Blocking.
 */
final class ConditionReader {
    /** Of what nobody else ever sees. */
    private static final String NAME = "sluice_reads_a_condition";

    private static final String WAIT_BRIEFLY = "SET LOCAL lock_timeout = '10s'";

    private static final String OF_PUBLICATION = """
            SELECT pg_get_expr(r.prqual, r.prrelid), ARRAY(
                SELECT a.attname::text FROM pg_depend d
                JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                WHERE d.classid = 'pg_publication_rel'::regclass AND d.objid = r.oid
                  AND d.refobjid = r.prrelid AND d.refobjsubid > 0)
            FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
            WHERE p.pubname = '%s'
            """.formatted(NAME);

    private static final String OF_CONSTRAINT = """
            SELECT pg_get_expr(c.conbin, c.conrelid), ARRAY(
                SELECT a.attname::text FROM pg_attribute a
                WHERE a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey))
            FROM pg_constraint c
            WHERE c.conrelid = %s::regclass AND c.contype = 'c'
            """;

    private final Connection connection;
    private final RowFilters rows;

    /** @param connection in autocommit mode */
    ConditionReader(Connection connection, RowFilters rows) {
        this.connection = connection;
        this.rows = rows;
    }

    /** @param columns those that it looks at */
    record Condition(String printed, Set<String> columns) {}

    /**
     * The one for this table, which has one. Only the owner of the table can try it as what it will be, the filter of a
     * publication, and only while no VACUUM is at it. Otherwise, as for a role that just reads what somebody else has
     * published, it is read as a constraint of a temporary table of that name: that a filter may not use some functions was
     * then found when the publication was made.
     */
    Condition read(Table table) throws SQLException {
        try {
            return read(Publication.createStatement(NAME, List.of(table), rows), OF_PUBLICATION);
        } catch (SQLException refused) {
            if (!SqlStates.INSUFFICIENT_PRIVILEGE.equals(refused.getSQLState())
                    && !SqlStates.LOCK_NOT_AVAILABLE.equals(refused.getSQLState())) {
                throw refused;
            }
            String temporary = Identifiers.qualified("pg_temp", table.name());
            return read(
                    "CREATE TEMPORARY TABLE " + temporary + " (LIKE " + table.sqlName() + ", CHECK "
                            + rows.clause(table.schema(), table.name()) + ")",
                    OF_CONSTRAINT.formatted(Identifiers.literal(temporary)));
        }
    }

    private Condition read(String make, String query) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute(WAIT_BRIEFLY);
            statement.execute(make);
            try (ResultSet row = statement.executeQuery(query)) {
                if (!row.next()) {
                    throw new SQLException("what was made to read a condition is not there", "XX000");
                }
                String[] columns = (String[]) row.getArray(2).getArray();
                return new Condition(row.getString(1), Set.copyOf(Arrays.asList(columns)));
            }
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    /** Whether it is still there. */
    boolean exists(Table table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT FROM pg_class WHERE oid = ?")) {
            statement.setLong(1, table.oid());
            try (ResultSet row = statement.executeQuery()) {
                return row.next();
            }
        }
    }
}
