package dev.sluice.source.postgres.changelog;

import dev.sluice.engine.change.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The change log that a database has.
 *
 * @param version of what was installed
 * @param pipeline whose it is
 * @param restored whether it was restored from a dump, or is in another cluster than the one that it was installed in
 * @param confirmed the position that changes are there from; null if no stream has begun
 * @param latest the last position
 * @param overflowed whether it was full, so that changes are missing
 * @param intact OIDs of the tables whose triggers nobody has touched
 */
record Installation(
        int version,
        String pipeline,
        boolean restored,
        @Nullable Position confirmed,
        @Nullable Position latest,
        boolean overflowed,
        Set<Long> intact) {
    /** What {@code install.sql} makes. */
    static final int VERSION = 1;

    private static final String READ = """
            SELECT version, pipeline,
              xmin::text::bigint <> installed_by::text::bigint % 4294967296
                OR system_identifier <> (pg_control_system()).system_identifier,
              (SELECT min(position) FROM sluice.tick), (SELECT max(position) FROM sluice.tick),
              EXISTS (SELECT FROM sluice.overflow)
            FROM sluice.changelog
            """;

    private static final String INTACT = """
            SELECT f.relation FROM sluice.followed f JOIN pg_class c ON c.oid = f.relation
            WHERE f.fingerprint = sluice.fingerprint(f.relation)
            """;

    private static final String ROW_BY_ROW = """
            SELECT c.oid, c.relkind = 'p' OR c.relhassubclass OR EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = c.oid) OR (
              SELECT count(*) > 1 FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f'
                AND (f.confdeltype IN ('c', 'n', 'd') OR f.confupdtype IN ('c', 'n', 'd')))
            FROM pg_class c WHERE c.oid = ANY (?)
            """;

    private static final String OWNER = """
            SELECT pg_get_userbyid(nspowner), has_schema_privilege(oid, 'USAGE'), pg_has_role(nspowner, 'USAGE'),
              to_regclass('sluice.changelog') IS NOT NULL
            FROM pg_namespace WHERE nspname = 'sluice'
            """;

    /**
     * The schema {@code sluice}.
     *
     * @param usable whether we may look into it
     * @param owned whether we may make things in it
     * @param hasLog whether a change log is in it, as far as we may see
     */
    record Schema(String owner, boolean usable, boolean owned, boolean hasLog) {
        static @Nullable Schema read(Connection connection) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(OWNER)) {
                return row.next()
                        ? new Schema(row.getString(1), row.getBoolean(2), row.getBoolean(3), row.getBoolean(4))
                        : null;
            }
        }
    }

    /** Null if there is none. Blocks. */
    static @Nullable Installation read(Connection connection) throws SQLException {
        Schema schema = Schema.read(connection);
        if (schema == null || !schema.usable() || !schema.hasLog()) {
            return null;
        }
        Set<Long> intact = new HashSet<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery(INTACT)) {
                while (row.next()) {
                    intact.add(row.getLong(1));
                }
            }
            try (ResultSet row = statement.executeQuery(READ)) {
                if (!row.next()) {
                    return null;
                }
                return new Installation(
                        row.getInt(1),
                        row.getString(2),
                        row.getBoolean(3),
                        position(row, 4),
                        position(row, 5),
                        row.getBoolean(6),
                        Set.copyOf(intact));
            }
        }
    }

    private static @Nullable Position position(ResultSet row, int column) throws SQLException {
        long position = row.getLong(column);
        return row.wasNull() ? null : Position.boundary(position);
    }

    /** By table, whether rows are logged one by one: see {@code sluice.is_row_by_row}, which may not be there yet. */
    static Map<Long, Boolean> rowByRow(Connection connection, Set<Long> tables) throws SQLException {
        Map<Long, Boolean> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(ROW_BY_ROW)) {
            statement.setArray(1, connection.createArrayOf("int8", tables.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.put(row.getLong(1), row.getBoolean(2));
                }
            }
        }
        return found;
    }
}
