package dev.sluice.source.postgres.origin;

import dev.sluice.engine.route.TableSelection.QualifiedName;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.Table;
import dev.sluice.source.postgres.RowFilters;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code pg_publication}.
 *
 * @param ours whether Sluice made it; only then it is dropped again
 * @param owned whether we may alter it
 * @param wholesale whether it is for all tables, or all of a schema, so that it publishes tables that nobody has copied
 * @param everyOperation whether it publishes insert, update, delete and truncate
 * @param viaRoot whether partitions are published as their root
 * @param tables what it publishes, partitions as they are published
 * @param narrowed tables of which it publishes some columns only
 * @param filters conditions on the rows of some tables, as the server prints them
 */
public record Publication(
        String name,
        boolean ours,
        boolean owned,
        boolean wholesale,
        boolean everyOperation,
        boolean viaRoot,
        Set<QualifiedName> tables,
        Set<QualifiedName> narrowed,
        Map<QualifiedName, String> filters) {
    private static final String COMMENT = "Made by Sluice for pipeline ";
    private static final String OPTIONS =
            " WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)";

    private static final String EXISTS = "SELECT EXISTS (SELECT FROM pg_publication WHERE pubname = ?)";

    private static final String QUERY = """
            SELECT p.oid, coalesce(obj_description(p.oid, 'pg_publication'), '') LIKE ? || '%',
              pg_has_role(p.pubowner, 'USAGE'), p.puballtables,
              p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate, p.pubviaroot
            FROM pg_publication p WHERE p.pubname = ?
            """;

    /** A column list came with 15; read through JSON, which has the column or has not. */
    private static final String TABLES = """
            SELECT t.schemaname, t.tablename, EXISTS (
                SELECT FROM pg_publication_rel r
                WHERE r.prpubid = p.oid AND r.prrelid = format('%I.%I', t.schemaname, t.tablename)::regclass
                  AND to_jsonb(r) ->> 'prattrs' IS NOT NULL)
            FROM pg_publication p JOIN pg_publication_tables t ON t.pubname = p.pubname
            WHERE p.pubname = ?
            """;

    private static final String FILTERS = """
            SELECT n.nspname, c.relname, pg_get_expr(r.prqual, r.prrelid)
            FROM pg_publication p JOIN pg_publication_rel r ON r.prpubid = p.oid
            JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE p.pubname = ? AND r.prqual IS NOT NULL
            """;

    /** Row filters, column lists and whole schemas. */
    static final int FIRST_WITH_FILTERS = 15;

    private static final String SCHEMAS = """
            SELECT EXISTS (SELECT FROM pg_publication_namespace n JOIN pg_publication p ON p.oid = n.pnpubid
              WHERE p.pubname = ?)
            """;

    public static boolean exists(Connection connection, String name) throws SQLException {
        return ask(connection, EXISTS, name);
    }

    static Optional<Publication> find(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
            statement.setString(1, COMMENT);
            statement.setString(2, name);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(read(connection, name, row)) : Optional.empty();
            }
        }
    }

    private static Publication read(Connection connection, String name, ResultSet row) throws SQLException {
        Set<QualifiedName> tables = new HashSet<>();
        Set<QualifiedName> narrowed = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(TABLES)) {
            statement.setString(1, name);
            try (ResultSet table = statement.executeQuery()) {
                while (table.next()) {
                    QualifiedName qualified = new QualifiedName(table.getString(1), table.getString(2));
                    tables.add(qualified);
                    if (table.getBoolean(3)) {
                        narrowed.add(qualified);
                    }
                }
            }
        }
        return new Publication(
                name,
                row.getBoolean(2),
                row.getBoolean(3),
                row.getBoolean(4) || publishesSchemas(connection, name),
                row.getBoolean(5),
                row.getBoolean(6),
                tables,
                narrowed,
                filters(connection, name));
    }

    private static boolean publishesSchemas(Connection connection, String name) throws SQLException {
        return isSince15(connection) && ask(connection, SCHEMAS, name);
    }

    private static boolean isSince15(Connection connection) throws SQLException {
        return connection.getMetaData().getDatabaseMajorVersion() >= FIRST_WITH_FILTERS;
    }

    private static Map<QualifiedName, String> filters(Connection connection, String name) throws SQLException {
        Map<QualifiedName, String> filters = new HashMap<>();
        if (isSince15(connection)) {
            try (PreparedStatement statement = connection.prepareStatement(FILTERS)) {
                statement.setString(1, name);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        filters.put(new QualifiedName(row.getString(1), row.getString(2)), row.getString(3));
                    }
                }
            }
        }
        return filters;
    }

    private static boolean ask(Connection connection, String query, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    boolean publishes(Table table) {
        return tables.contains(new QualifiedName(table.schema(), table.name()));
    }

    List<Table> missing(List<Table> wanted) {
        return wanted.stream().filter(table -> !publishes(table)).toList();
    }

    static String createStatement(String name, List<Table> tables, RowFilters rows) {
        return "CREATE PUBLICATION " + Identifiers.quote(name) + " FOR TABLE " + list(tables, rows) + OPTIONS;
    }

    static String addStatement(String name, List<Table> tables, RowFilters rows) {
        return "ALTER PUBLICATION " + Identifiers.quote(name) + " ADD TABLE " + list(tables, rows);
    }

    static String optionsStatement(String name) {
        return "ALTER PUBLICATION " + Identifiers.quote(name) + " SET" + OPTIONS.substring(" WITH".length());
    }

    /** ONLY, as tables that inherit are tables of their own here. */
    private static String list(List<Table> tables, RowFilters rows) {
        return tables.stream().map(table -> listed(table, rows)).collect(Collectors.joining(", "));
    }

    private static String listed(Table table, RowFilters rows) {
        String clause = rows.clause(table.schema(), table.name());
        return "ONLY " + table.sqlName() + (clause == null ? "" : " WHERE " + clause);
    }

    static void add(Connection connection, String name, List<Table> tables, RowFilters rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(addStatement(name, tables, rows));
        }
    }

    /** Makes it, or makes it fit: idempotent. */
    static void ensure(Connection connection, String name, String pipeline, List<Table> tables, RowFilters rows)
            throws SQLException {
        @Nullable Publication existing = find(connection, name).orElse(null);
        try (Statement statement = connection.createStatement()) {
            if (existing == null) {
                statement.execute(createStatement(name, tables, rows) + "; COMMENT ON PUBLICATION "
                        + Identifiers.quote(name) + " IS " + Identifiers.literal(COMMENT + pipeline));
                return;
            }
            if (existing.owned() && !(existing.everyOperation() && existing.viaRoot())) {
                statement.execute(optionsStatement(name));
            }
            if (existing.ours()) {
                statement.execute("ALTER PUBLICATION " + Identifiers.quote(name) + " SET TABLE " + list(tables, rows));
            } else if (!existing.missing(tables).isEmpty()) {
                add(connection, name, existing.missing(tables), rows);
            }
        }
    }
}
