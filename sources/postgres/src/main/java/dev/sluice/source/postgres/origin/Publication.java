package dev.sluice.source.postgres.origin;

import dev.sluice.engine.route.TableSelection.QualifiedName;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
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
 * @param narrowed tables of which it publishes some columns or rows only
 */
public record Publication(
        String name,
        boolean ours,
        boolean owned,
        boolean wholesale,
        boolean everyOperation,
        boolean viaRoot,
        Set<QualifiedName> tables,
        Set<QualifiedName> narrowed) {
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

    /** A column list or row filter came with 15; read through JSON, which has the columns or has not. */
    private static final String TABLES = """
            SELECT t.schemaname, t.tablename, EXISTS (
                SELECT FROM pg_publication_rel r
                WHERE r.prpubid = p.oid AND r.prrelid = format('%I.%I', t.schemaname, t.tablename)::regclass
                  AND (to_jsonb(r) ->> 'prqual' IS NOT NULL OR to_jsonb(r) ->> 'prattrs' IS NOT NULL))
            FROM pg_publication p JOIN pg_publication_tables t ON t.pubname = p.pubname
            WHERE p.pubname = ?
            """;

    private static final int FIRST_WITH_SCHEMAS = 15;

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
                narrowed);
    }

    private static boolean publishesSchemas(Connection connection, String name) throws SQLException {
        if (connection.getMetaData().getDatabaseMajorVersion() < FIRST_WITH_SCHEMAS) {
            return false;
        }
        return ask(connection, SCHEMAS, name);
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

    static String createStatement(String name, List<Table> tables) {
        return "CREATE PUBLICATION " + Identifiers.quote(name) + " FOR TABLE " + list(tables) + OPTIONS;
    }

    static String addStatement(String name, List<Table> tables) {
        return "ALTER PUBLICATION " + Identifiers.quote(name) + " ADD TABLE " + list(tables);
    }

    static String optionsStatement(String name) {
        return "ALTER PUBLICATION " + Identifiers.quote(name) + " SET" + OPTIONS.substring(" WITH".length());
    }

    /** ONLY, as tables that inherit are tables of their own here. */
    private static String list(List<Table> tables) {
        return tables.stream().map(table -> "ONLY " + table.sqlName()).collect(Collectors.joining(", "));
    }

    static void add(Connection connection, String name, List<Table> tables) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(addStatement(name, tables));
        }
    }

    /** Makes it, or makes it fit: idempotent. */
    static void ensure(Connection connection, String name, String pipeline, List<Table> tables) throws SQLException {
        @Nullable Publication existing = find(connection, name).orElse(null);
        try (Statement statement = connection.createStatement()) {
            if (existing == null) {
                statement.execute(createStatement(name, tables) + "; COMMENT ON PUBLICATION " + Identifiers.quote(name)
                        + " IS " + Identifiers.literal(COMMENT + pipeline));
                return;
            }
            if (!existing.everyOperation() || !existing.viaRoot()) {
                statement.execute(optionsStatement(name));
            }
            if (existing.ours()) {
                statement.execute("ALTER PUBLICATION " + Identifiers.quote(name) + " SET TABLE " + list(tables));
            } else if (!existing.missing(tables).isEmpty()) {
                add(connection, name, existing.missing(tables));
            }
        }
    }
}
