package dev.sluice.source.postgres.changelog;

import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.source.postgres.changelog.LogShape.LogColumn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code sluice.shape}, as far as it was read. For one thread. */
final class LogShapes {
    /** A partition has the name that the table that is followed has now. */
    private static final String READ = """
            SELECT s.id, s.root, coalesce(n.nspname, s.table_schema), coalesce(c.relname, s.table_name), s.identity,
              x.name, x.place, coalesce(nullif(x.type, 0), a.atttypid::bigint, 25),
              CASE WHEN x.type = 0 THEN coalesce(a.atttypmod, -1) ELSE x.modifier END, x.key, x.generated
            FROM sluice.shape s
            LEFT JOIN pg_class c ON c.oid = s.root AND s.root <> s.relation
            LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN LATERAL ROWS FROM (json_to_recordset(s.columns)
                AS (name text, place int, type bigint, modifier int, key boolean, generated boolean)) WITH ORDINALITY
              AS x(name, place, type, modifier, key, generated, field) ON true
            LEFT JOIN pg_attribute a ON x.type = 0 AND a.attrelid = s.root AND a.attname = x.name
            WHERE s.id > ? AND s.id <= ? ORDER BY s.id, x.field
            """;

    private final Map<Integer, LogShape> shapes = new HashMap<>();
    private int last;

    /** Those that were noted since; blocks. */
    void readNew(Connection connection) throws SQLException {
        read(connection, last, Integer.MAX_VALUE);
    }

    /** One that was noted before others and committed after them. Null if it is not there; blocks. */
    @Nullable LogShape readLate(Connection connection, int id) throws SQLException {
        read(connection, id - 1, id);
        return find(id);
    }

    private void read(Connection connection, int after, int to) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READ)) {
            statement.setInt(1, after);
            statement.setInt(2, to);
            try (ResultSet row = statement.executeQuery()) {
                boolean there = row.next();
                while (there) {
                    there = readOne(row);
                }
            }
        }
    }

    private boolean readOne(ResultSet row) throws SQLException {
        int id = row.getInt(1);
        long root = row.getLong(2);
        String schema = row.getString(3);
        String table = row.getString(4);
        ReplicaIdentity identity = ReplicaIdentity.of(row.getString(5).charAt(0));
        List<LogColumn> columns = new ArrayList<>();
        boolean there;
        do {
            if (row.getString(6) != null) {
                columns.add(new LogColumn(
                        row.getString(6),
                        row.getInt(7),
                        row.getLong(8),
                        row.getInt(9),
                        row.getBoolean(10),
                        row.getBoolean(11)));
            }
            there = row.next();
        } while (there && row.getInt(1) == id);
        shapes.put(id, LogShape.of(root, schema, table, identity, columns));
        last = Math.max(last, id);
        return there;
    }

    /** Null if it is not known. */
    @Nullable LogShape find(int id) {
        return shapes.get(id);
    }
}
