package dev.sluice.daemon.verify;

import dev.sluice.postgres.Identifiers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;

/**
 * The type of a column, generated or not.
 *
 * @param name of the column
 * @param text the type with its modifier, as DDL has it
 * @param base what it is, below all domains
 */
record ColumnType(String name, String text, String base) {
    private static final String QUERY = """
            WITH RECURSIVE base(col, type) AS (
              SELECT attnum, atttypid FROM pg_attribute WHERE attrelid = ?::regclass
              UNION ALL
              SELECT b.col, t.typbasetype FROM base b JOIN pg_type t ON t.oid = b.type WHERE t.typtype = 'd'
            )
            SELECT a.attname, format_type(a.atttypid, a.atttypmod), t.typname
            FROM pg_attribute a
            JOIN base b ON b.col = a.attnum
            JOIN pg_type t ON t.oid = b.type AND t.typtype <> 'd'
            WHERE a.attrelid = ?::regclass AND a.attnum > 0 AND NOT a.attisdropped
            """;

    /** Those of a table that is there, by the names of the columns. */
    static Map<String, ColumnType> of(Connection connection, String schema, String table) throws SQLException {
        Map<String, ColumnType> types = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
            statement.setString(1, Identifiers.qualified(schema, table));
            statement.setString(2, Identifiers.qualified(schema, table));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    types.put(row.getString(1), new ColumnType(row.getString(1), row.getString(2), row.getString(3)));
                }
            }
        }
        return types;
    }

    boolean isPadded() {
        return base.equals("bpchar");
    }

    boolean isNumeric() {
        return base.equals("numeric");
    }
}
