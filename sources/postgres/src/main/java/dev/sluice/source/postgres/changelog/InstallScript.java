package dev.sluice.source.postgres.changelog;

import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The SQL of {@code sluice install}, from the resources beside this class. */
final class InstallScript {
    private static final String FINGERPRINT = "INSERT INTO sluice.followed (relation, fingerprint) SELECT c.oid,"
            + " coalesce(sluice.fingerprint(c.oid), 0) FROM pg_class c WHERE c.oid = %s::regclass"
            + " ON CONFLICT (relation) DO UPDATE SET fingerprint = EXCLUDED.fingerprint;";

    private InstallScript() {}

    /** Makes schema, tables and functions. */
    static List<String> schema(boolean exists, String pipeline, long limitBytes) {
        List<String> statements = new ArrayList<>();
        if (!exists) {
            statements.add("CREATE SCHEMA sluice;");
        }
        statements.add(resource("install.sql"));
        statements.add("INSERT INTO sluice.writing (log_limit) VALUES (" + limitBytes + ");");
        statements.add("INSERT INTO sluice.changelog (version, pipeline) VALUES (" + Installation.VERSION + ", "
                + Identifiers.literal(pipeline) + ");");
        return statements;
    }

    static String limit(long bytes) {
        return "UPDATE sluice.writing SET log_limit = " + bytes + " WHERE log_limit <> " + bytes + ";";
    }

    /** Has a table's changes logged; it may have triggers of ours already. */
    static List<String> follow(Table table, boolean rowByRow) {
        String name = Identifiers.literal(table.sqlName());
        return List.of(
                drop(table.sqlName()),
                resource(rowByRow ? "rows.sql" : "statements.sql").replace("@table@", table.sqlName()),
                FINGERPRINT.formatted(name));
    }

    /** Takes a table's triggers away, those that are there. */
    static String drop(String table) {
        StringBuilder sql = new StringBuilder();
        for (String trigger : List.of("begin", "insert", "update", "delete", "row", "end", "truncate")) {
            sql.append("DROP TRIGGER IF EXISTS sluice_")
                    .append(trigger)
                    .append(" ON ")
                    .append(table)
                    .append(";\n");
        }
        return sql.toString();
    }

    /** What a role needs that runs the pipeline and has not installed it. */
    static List<String> grants(String role, Collection<Table> tables) {
        String to = " TO " + Identifiers.quote(role) + ";";
        List<String> statements = new ArrayList<>();
        statements.add("GRANT USAGE ON SCHEMA sluice" + to);
        statements.add("GRANT SELECT ON ALL TABLES IN SCHEMA sluice" + to);
        statements.add(
                "GRANT EXECUTE ON FUNCTION sluice.fingerprint, sluice.hold_ticks, sluice.tick_at, sluice.forget, sluice.next_tick,"
                        + " sluice.confirm, sluice.summarize" + to);
        tables.stream()
                .map(Table::schema)
                .distinct()
                .forEach(schema -> statements.add("GRANT USAGE ON SCHEMA " + Identifiers.quote(schema) + to));
        tables.forEach(table -> statements.add("GRANT SELECT ON " + table.sqlName() + to));
        return statements;
    }

    private static String resource(String name) {
        try (InputStream stream = InstallScript.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " is not packaged");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }
}
