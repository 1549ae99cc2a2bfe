package dev.sluice.daemon.verify;

import dev.sluice.postgres.Identifiers;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A sequence of one database.
 *
 * @param owner the column whose values it makes, as {@code schema.table.column}; null if it belongs to none
 * @param value the last one that it gave; null if it gave none, or we may not know
 * @param ascending whether its values grow
 * @param readable whether we may know its value
 */
record Sequence(
        String schema,
        String name,
        @Nullable String owner,
        @Nullable Long value,
        boolean ascending,
        boolean readable) {
    private static final String QUERY = """
            SELECT n.nspname, s.relname, q.seqincrement > 0 AS ascending, p.readable,
              CASE WHEN p.readable THEN pg_sequence_last_value(s.oid) END AS value,
              CASE WHEN a.attname IS NOT NULL THEN concat_ws('.', tn.nspname, t.relname, a.attname) END AS owner
            FROM pg_class s
            JOIN pg_namespace n ON n.oid = s.relnamespace
            JOIN pg_sequence q ON q.seqrelid = s.oid
            CROSS JOIN LATERAL (SELECT has_sequence_privilege(s.oid, 'USAGE, SELECT') AS readable) p
            LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid
              AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
            LEFT JOIN pg_class t ON t.oid = d.refobjid
            LEFT JOIN pg_namespace tn ON tn.oid = t.relnamespace
            LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
            WHERE s.relkind = 'S' AND s.relpersistence <> 't' AND n.nspname = ANY (?::text[])
            ORDER BY 1, 2
            """;

    /** Those of some schemas, in the order of their names. */
    static List<Sequence> of(Connection connection, Collection<String> schemas) throws SQLException {
        List<Sequence> sequences = new ArrayList<>();
        Array names = connection.createArrayOf("text", schemas.toArray());
        try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
            statement.setArray(1, names);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    long value = row.getLong("value");
                    boolean used = !row.wasNull();
                    sequences.add(new Sequence(
                            row.getString("nspname"),
                            row.getString("relname"),
                            row.getString("owner"),
                            used ? value : null,
                            row.getBoolean("ascending"),
                            row.getBoolean("readable")));
                }
            }
        }
        return sequences;
    }

    String displayName() {
        return schema + "." + name;
    }

    String sqlName() {
        return Identifiers.qualified(schema, name);
    }

    /** Whether it would give a value again that the other has given. */
    boolean isBehind(Sequence other) {
        if (other.value == null) {
            return false;
        }
        return value == null || (other.ascending ? value < other.value : value > other.value);
    }
}
