package dev.sluice.source.postgres.changelog;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Table;
import dev.sluice.source.postgres.SourceSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes and drops the change log. What is there is left alone, what is missing is made. Blocking. */
final class Installer {
    private static final Logger LOG = LoggerFactory.getLogger(Installer.class);

    /** Without those that partitions have of their table. */
    private static final String TRIGGERS = """
            SELECT t.tgrelid, t.tgname, n.nspname, c.relname, pg_has_role(c.relowner, 'USAGE') FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
            JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE f.pronamespace = to_regnamespace('sluice') AND t.tgparentid = 0 ORDER BY 3, 4, 2
            """;

    private static final List<String> DROPPED = List.of(
            "DROP TABLE IF EXISTS sluice.changelog, sluice.writing, sluice.shape, sluice.log_0, sluice.log_1, sluice.tick,"
                    + " sluice.followed, sluice.overflow",
            "DROP SEQUENCE IF EXISTS sluice.change_number",
            "DROP FUNCTION IF EXISTS sluice.note_shape, sluice.shape_now, sluice.destination,"
                    + " sluice.begin_statement, sluice.log_statement, sluice.log_row, sluice.end_statement,"
                    + " sluice.is_row_by_row, sluice.fingerprint, sluice.has_after_0,"
                    + " sluice.has_after_1, sluice.hold_ticks, sluice.tick_at, sluice.forget, sluice.next_tick, sluice.confirm,"
                    + " sluice.summarize CASCADE"); // the triggers too, which takes no right on the tables

    private static final String EMPTY = """
            SELECT pg_has_role(nspowner, 'USAGE') AND NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = n.oid)
              AND NOT EXISTS (SELECT FROM pg_proc WHERE pronamespace = n.oid)
            FROM pg_namespace n WHERE nspname = 'sluice'
            """;

    private static final int LOCK_MILLIS = 500;
    private static final int PAUSE_MILLIS = 500;

    private final SourceSettings settings;
    private final Connection connection;

    Installer(SourceSettings settings, Connection connection) {
        this.settings = settings;
        this.connection = connection;
    }

    /**
     * What would be run, in as many transactions. Each locks one table at most: with several, it and the application could
     * come to wait for each other.
     */
    List<List<String>> script(Collection<Table> tables) throws SQLException {
        Installation installation = Installation.read(connection);
        Installation.Schema schema = Installation.Schema.read(connection);
        List<List<String>> transactions = new ArrayList<>();
        if (installation == null) {
            transactions.add(InstallScript.schema(schema != null, settings.pipeline(), settings.logLimit()));
        } else if (schema != null && schema.owned()) { // otherwise its limit is its owner's affair
            transactions.add(List.of(InstallScript.limit(settings.logLimit())));
        }
        Set<Long> oids = tables.stream().map(Table::oid).collect(Collectors.toSet());
        Map<Long, Boolean> rowByRow = Installation.rowByRow(connection, oids);
        Map<Long, List<String>> triggers = new HashMap<>();
        List<OurTrigger> all = triggers();
        for (OurTrigger trigger : all) {
            triggers.computeIfAbsent(trigger.table(), oid -> new ArrayList<>()).add(trigger.name());
        }
        for (Table table : tables) {
            if (installation == null || !installation.intact().contains(table.oid())) {
                transactions.addAll(ofItsPartitions(table, all));
                transactions.add(InstallScript.follow(
                        table,
                        rowByRow.getOrDefault(table.oid(), false),
                        triggers.getOrDefault(table.oid(), List.of())));
            }
        }
        return transactions;
    }

    /** Triggers that partitions have from a time when they were tables of their own; each row would be logged twice. */
    private List<List<String>> ofItsPartitions(Table table, List<OurTrigger> triggers) throws SQLException {
        List<List<String>> drops = new ArrayList<>();
        if (table.isPartitioned() && !triggers.isEmpty()) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT relid::oid FROM pg_partition_tree(" + table.oid()
                            + ") WHERE relid <> " + table.oid())) {
                while (row.next()) {
                    long partition = row.getLong(1);
                    triggers.stream()
                            .filter(trigger -> trigger.table() == partition)
                            .forEach(trigger -> drops.add(List.of(trigger.drop() + ";")));
                }
            }
        }
        return drops;
    }

    /**
     * Makes what is missing. Waits for transactions that have written to one of the tables, and lets those pass that would
     * wait behind it.
     *
     * @param patience after which it fails with {@link SqlStates#LOCK_NOT_AVAILABLE}, zero for never
     */
    void install(Collection<Table> tables, Duration patience) throws SQLException {
        long deadline = System.nanoTime() + patience.toNanos();
        for (List<String> transaction : script(tables)) {
            patiently(transaction, patience.isZero() ? null : deadline);
        }
        LOG.info(
                "{}: changes of {} are logged in schema sluice",
                settings.pipeline(),
                tables.stream().map(Table::displayName).collect(Collectors.joining(", ")));
    }

    /** Forgets what an earlier stream has left. */
    void forget() throws SQLException {
        patiently(List.of("SELECT sluice.forget()"), null);
    }

    /** Gives up waiting before the server looks for deadlocks, of which the application might be the victim. */
    private void patiently(List<String> statements, @Nullable Long deadline) throws SQLException {
        boolean told = false;
        while (true) {
            try {
                inTransaction(statements);
                return;
            } catch (SQLException error) {
                boolean busy = SqlStates.LOCK_NOT_AVAILABLE.equals(error.getSQLState());
                if (!busy || deadline != null && System.nanoTime() > deadline) {
                    throw error;
                }
                if (!told) {
                    LOG.info("{}: waiting for transactions to end: {}", settings.pipeline(), error.getMessage());
                    told = true;
                }
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new SyncException(ErrorKind.SOURCE_UNAVAILABLE, "cancelled while waiting for a lock", cancelled);
        }
    }

    private void inTransaction(List<String> statements) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = " + LOCK_MILLIS);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        } catch (SQLException error) {
            connection.rollback();
            throw error;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** @return what was, or would be, dropped */
    List<String> teardown(boolean really) throws SQLException {
        Installation installation = Installation.read(connection);
        if (installation == null || !installation.pipeline().equals(settings.pipeline())) {
            return List.of();
        }
        Set<String> tables = new LinkedHashSet<>();
        List<OurTrigger> triggers = triggers();
        triggers.forEach(trigger -> tables.add(trigger.schema() + "." + trigger.tableName()));
        if (really) {
            drop(triggers);
        }
        List<String> told = new ArrayList<>();
        tables.forEach(table -> told.add("triggers of the change log on " + table));
        told.add("the change log in schema sluice");
        return told;
    }

    /** @param owned whether we own its table, without which nobody drops a trigger but with its function */
    private record OurTrigger(long table, String name, String schema, String tableName, boolean owned) {
        String drop() {
            return "DROP TRIGGER " + Identifiers.quote(name) + " ON " + Identifiers.qualified(schema, tableName);
        }
    }

    private List<OurTrigger> triggers() throws SQLException {
        List<OurTrigger> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(TRIGGERS)) {
            while (row.next()) {
                found.add(new OurTrigger(
                        row.getLong(1), row.getString(2), row.getString(3), row.getString(4), row.getBoolean(5)));
            }
        }
        return found;
    }

    /** Table by table where we may, as none of them is locked while another one is waited for then. */
    private void drop(List<OurTrigger> triggers) throws SQLException {
        for (OurTrigger trigger : triggers) {
            if (trigger.owned()) {
                patiently(List.of(trigger.drop()), null);
            }
        }
        patiently(DROPPED, null);
        try (Statement statement = connection.createStatement()) {
            if (isEmpty(statement)) {
                statement.execute("DROP SCHEMA sluice");
            }
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
