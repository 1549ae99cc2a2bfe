package dev.sluice.source.postgres.changelog;

import dev.sluice.postgres.Table;
import dev.sluice.source.postgres.SourceSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes and drops the change log. What is there is left alone, what is missing is made. Blocking. */
final class Installer {
    private static final Logger LOG = LoggerFactory.getLogger(Installer.class);

    /** Without those that partitions have of their table. */
    private static final String TRIGGERS = """
            SELECT t.tgrelid, t.tgname, n.nspname || '.' || c.relname FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
            JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE f.pronamespace = to_regnamespace('sluice') AND t.tgparentid = 0 ORDER BY 3, 2
            """;

    private static final List<String> DROPPED = List.of(
            "DROP TABLE IF EXISTS sluice.changelog, sluice.writing, sluice.shape, sluice.log_0, sluice.log_1, sluice.tick,"
                    + " sluice.followed, sluice.overflow",
            "DROP SEQUENCE IF EXISTS sluice.change_number",
            "DROP FUNCTION IF EXISTS sluice.note_shape, sluice.destination, sluice.statement_number, sluice.take_off,"
                    + " sluice.begin_statement, sluice.log_statement, sluice.log_row, sluice.end_statement,"
                    + " sluice.fingerprint, sluice.hold_ticks, sluice.tick_at, sluice.forget, sluice.next_tick, sluice.confirm,"
                    + " sluice.summarize CASCADE"); // the triggers too, which takes no right on the tables

    private static final String EMPTY = """
            SELECT pg_has_role(nspowner, 'USAGE') AND NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid)
              AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = n.oid)
            FROM pg_namespace n WHERE nspname = 'sluice'
            """;

    private final SourceSettings settings;
    private final Connection connection;

    Installer(SourceSettings settings, Connection connection) {
        this.settings = settings;
        this.connection = connection;
    }

    /** What would be run. */
    List<String> script(Collection<Table> tables) throws SQLException {
        Installation installation = Installation.read(connection);
        Installation.Schema schema = Installation.Schema.read(connection);
        List<String> statements = new ArrayList<>();
        if (installation == null) {
            statements.addAll(InstallScript.schema(schema != null, settings.pipeline(), settings.logLimit()));
        } else if (schema != null && schema.owned()) { // otherwise its limit is its owner's affair
            statements.add(InstallScript.limit(settings.logLimit()));
        }
        Set<Long> oids = tables.stream().map(Table::oid).collect(Collectors.toSet());
        Map<Long, Boolean> rowByRow = Installation.rowByRow(connection, oids);
        Map<Long, List<String>> triggers = new HashMap<>();
        forEachTrigger((table, name, trigger) ->
                triggers.computeIfAbsent(table, oid -> new ArrayList<>()).add(trigger));
        for (Table table : tables) {
            if (installation == null || !installation.intact().contains(table.oid())) {
                statements.addAll(InstallScript.follow(
                        table,
                        rowByRow.getOrDefault(table.oid(), false),
                        triggers.getOrDefault(table.oid(), List.of())));
            }
        }
        return statements;
    }

    /**
     * All of it, or nothing. Waits for transactions that have written to one of the tables.
     *
     * @param lockMillis how long to wait for each of them, 0 for ever
     */
    void install(Collection<Table> tables, long lockMillis) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = " + Math.min(Integer.MAX_VALUE, lockMillis));
            for (String sql : script(tables)) {
                statement.execute(sql);
            }
            connection.commit();
            LOG.info(
                    "{}: changes of {} are logged in schema sluice",
                    settings.pipeline(),
                    tables.stream().map(Table::displayName).collect(Collectors.joining(", ")));
        } finally {
            connection.setAutoCommit(true); // which rolls back what was not committed
        }
    }

    /** @return what was, or would be, dropped */
    List<String> teardown(boolean really) throws SQLException {
        Installation installation = Installation.read(connection);
        if (installation == null || !installation.pipeline().equals(settings.pipeline())) {
            return List.of();
        }
        Set<String> tables = new LinkedHashSet<>();
        forEachTrigger((table, name, trigger) -> tables.add(name));
        if (really) {
            drop();
        }
        List<String> told = new ArrayList<>();
        tables.forEach(table -> told.add("triggers of the change log on " + table));
        told.add("the change log in schema sluice");
        return told;
    }

    private interface TriggerFound {
        void add(long table, String tableName, String trigger);
    }

    private void forEachTrigger(TriggerFound found) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(TRIGGERS)) {
            while (row.next()) {
                found.add(row.getLong(1), row.getString(3), row.getString(2));
            }
        }
    }

    private void drop() throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (String sql : DROPPED) {
                statement.execute(sql);
            }
            if (isEmpty(statement)) {
                statement.execute("DROP SCHEMA sluice");
            }
            connection.commit();
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** Otherwise it is the sink's of another pipeline too. */
    private static boolean isEmpty(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(EMPTY)) {
            @Nullable Boolean empty = row.next() ? row.getBoolean(1) : null;
            return Boolean.TRUE.equals(empty);
        }
    }
}
