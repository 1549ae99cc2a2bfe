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
        statements.add("INSERT INTO sluice.writing (written, log_limit) VALUES ('sluice.log_0', " + limitBytes + ");");
        statements.add("INSERT INTO sluice.changelog (version, pipeline) VALUES (" + Installation.VERSION + ", "
                + Identifiers.literal(pipeline) + ");");
        return statements;
    }

    static String limit(long bytes) {
        return "UPDATE sluice.writing SET log_limit = " + bytes + " WHERE log_limit <> " + bytes + ";";
    }

    /**
     * Has a table's changes logged; it may have triggers of ours already.
     *
     * @param triggers of ours that it has
     */
    static List<String> follow(Table table, boolean rowByRow, Collection<String> triggers) {
        String making = resource(rowByRow ? "rows.sql" : "statements.sql").replace("@table@", table.sqlName());
        List<String> statements = new ArrayList<>();
        for (String trigger : triggers) {
            if (!making.contains(" TRIGGER " + trigger + " ")) { // it was logged the other way before
                statements.add("DROP TRIGGER " + Identifiers.quote(trigger) + " ON " + table.sqlName() + ";");
            }
        }
        statements.add(making);
        statements.add(FINGERPRINT.formatted(Identifiers.literal(table.sqlName())));
        return statements;
    }

    /** What a role needs that runs the pipeline and has not installed it. */
    static List<String> grants(String role, Collection<Table> tables) {
        String to = " TO " + Identifiers.quote(role) + ";";
        List<String> statements = new ArrayList<>();
        statements.add("GRANT USAGE ON SCHEMA sluice" + to);
        statements.add("GRANT SELECT ON ALL TABLES IN SCHEMA sluice" + to);
        statements.add("GRANT SELECT ON ALL SEQUENCES IN SCHEMA sluice" + to);
        statements.add(
                "GRANT EXECUTE ON FUNCTION sluice.fingerprint, sluice.is_row_by_row, sluice.hold_ticks, sluice.tick_at, sluice.forget, sluice.next_tick,"
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
