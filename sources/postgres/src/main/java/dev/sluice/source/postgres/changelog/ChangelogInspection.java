package dev.sluice.source.postgres.changelog;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.source.SourceState;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.origin.Report;
import dev.sluice.source.postgres.origin.ServerCheck;
import dev.sluice.source.postgres.origin.TableChoice;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Looks at everything that the change log needs and changes nothing. One use; blocking. */
final class ChangelogInspection {
    private static final String WITHOUT_TRIGGER_RIGHT =
            "SELECT oid FROM pg_class WHERE oid = ANY (?) AND NOT has_table_privilege(oid, 'TRIGGER')";

    /** {@code tgtype}: for each row, before. */
    private static final String BEFORE_ROWS = "SELECT tgrelid, string_agg(tgname, ', ' ORDER BY tgname) FROM pg_trigger"
            + " WHERE tgrelid = ANY (?) AND NOT tgisinternal AND tgtype & 3 = 3 GROUP BY tgrelid";

    private final SourceSettings settings;
    private final Connection connection;
    private final Report report = new Report();
    private List<Table> followed = List.of();

    ChangelogInspection(SourceSettings settings, Connection connection) {
        this.settings = settings;
        this.connection = connection;
    }

    /** Fails with everything that stands in the way. */
    SourceState run() throws SQLException {
        ServerCheck server = ServerCheck.read(connection);
        server.reportVersion(report);
        if (server.standby()) {
            report.add(
                    ErrorKind.SOURCE_UNAVAILABLE,
                    "the server is a standby, where nothing can be logged; waiting for it to be promoted",
                    "promote it, or connect to its primary");
        }
        if (!settings.rows().conditions().isEmpty()) { // where capture: auto has chosen
            report.refuse("rows: the change log cannot filter rows", "leave rows: out, or use capture: slot");
        }
        Installation installation = Installation.read(connection);
        List<Table> tables = tables();
        if (installation == null) {
            reportSchema(server);
            reportTriggerRights(tables);
        } else {
            check(installation);
            tables = followable(tables, installation);
        }
        report.throwIfAny();
        followed = tables;
        noticeTriggersBeforeRows(tables);
        @Nullable Position confirmed = installation == null ? null : installation.confirmed();
        Set<Long> unlogged = tables.stream()
                .map(Table::oid)
                .filter(oid -> installation == null || !installation.intact().contains(oid))
                .collect(Collectors.toSet());
        return new SourceState(
                identity(),
                confirmed,
                tables.stream().map(Table::relation).toList(),
                unlogged,
                settings.copy().mode(),
                report.notices());
    }

    /** Those of {@link #run}'s tables. */
    List<Table> followed() {
        return followed;
    }

    /** Those that match and can be followed; a key takes none of them. */
    List<Table> tables() throws SQLException {
        TableChoice choice = new TableChoice(settings, new TableCatalogue(connection));
        List<Table> chosen = new ArrayList<>();
        for (Table table : choice.matched(report)) {
            if (!table.logged()) {
                report.notice(table.displayName()
                        + " is unlogged: a crash of the server empties it without a word, so it" + " is left out.");
            } else {
                if (table.hasGeneratedColumns()) {
                    report.notice("The generated columns of " + table.displayName() + " are left out.");
                }
                choice.reportRights(table, report);
                chosen.add(table);
            }
        }
        return chosen;
    }

    /** What they write is logged before the row, as what triggers after a row write is, and cannot be told from that. */
    private void noticeTriggersBeforeRows(List<Table> tables) throws SQLException {
        Map<Long, String> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(BEFORE_ROWS)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "int8", tables.stream().map(Table::oid).toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.put(row.getLong(1), row.getString(2));
                }
            }
        }
        for (Table table : tables) {
            if (found.containsKey(table.oid())) {
                report.notice(table.displayName() + " has triggers before its rows (" + found.get(table.oid())
                        + "): what they should change in this same table comes after the row, not before it.");
            }
        }
    }

    private void reportSchema(ServerCheck server) throws SQLException {
        Installation.Schema schema = Installation.Schema.read(connection);
        String user = Identifiers.quote(settings.endpoint().user());
        if (schema == null && !server.createRight()) {
            report.refuse(
                    "role " + settings.endpoint().user() + " may not create the schema sluice, for the change log",
                    "GRANT CREATE ON DATABASE "
                            + Identifiers.quote(settings.endpoint().database()) + " TO " + user
                            + "; or let somebody run what sluice install --print prints");
        } else if (schema != null && !schema.usable()) {
            report.refuse(
                    "the schema sluice belongs to role " + schema.owner() + ", and role "
                            + settings.endpoint().user() + " may not use it",
                    "let " + schema.owner()
                            + " run what sluice install --print prints, or: ALTER SCHEMA sluice OWNER TO " + user
                            + ";");
        } else if (schema != null && !schema.owned()) {
            report.refuse(
                    "the schema sluice belongs to role " + schema.owner() + ", and has no change log yet",
                    "let " + schema.owner() + " run what sluice install --print prints, or: GRANT " + schema.owner()
                            + " TO " + user + ";");
        }
    }

    private void check(Installation installation) {
        if (installation.version() != Installation.VERSION) {
            report.refuse(
                    "the change log is of version " + installation.version() + ", this is Sluice for version "
                            + Installation.VERSION,
                    "run the Sluice that installed it, or teardown and start with a new copy");
        }
        if (!installation.pipeline().equals(settings.pipeline())) {
            report.add(
                    ErrorKind.STATE_MISMATCH,
                    "the change log in schema sluice belongs to pipeline " + installation.pipeline()
                            + "; a database has one",
                    "give that pipeline another sink instead, or run its teardown");
        }
        if (installation.restored()) {
            report.add(
                    ErrorKind.SOURCE_GAP,
                    "the change log was restored from a dump, or its cluster was upgraded: its transactions are"
                            + " others now",
                    "run teardown, and start with a new copy");
        }
        if (installation.overflowed()) {
            report.add(
                    ErrorKind.SOURCE_GAP,
                    "the change log was full (changelog.limit), so that changes are missing",
                    ErrorKind.SOURCE_GAP.advice());
        }
    }

    /** Without those that came later, and that we cannot give triggers. */
    private List<Table> followable(List<Table> tables, Installation installation) throws SQLException {
        Set<Long> forbidden = withoutTriggerRight(connection, tables);
        List<Table> followable = new ArrayList<>();
        for (Table table : tables) {
            boolean logged = installation.intact().contains(table.oid());
            if (!logged && forbidden.contains(table.oid())) {
                report.notice(table.displayName() + " has no triggers of the change log, so it is not followed: "
                        + remedy(table));
            } else {
                followable.add(table);
            }
        }
        return followable;
    }

    private void reportTriggerRights(List<Table> tables) throws SQLException {
        Set<Long> forbidden = withoutTriggerRight(connection, tables);
        for (Table table : tables) {
            if (forbidden.contains(table.oid())) {
                report.refuse(
                        "role " + settings.endpoint().user() + " may not create triggers on " + table.displayName(),
                        remedy(table));
            }
        }
    }

    private String remedy(Table table) {
        return "GRANT TRIGGER ON " + table.sqlName() + " TO "
                + Identifiers.quote(settings.endpoint().user())
                + "; or let its owner run what sluice install --print prints";
    }

    /** OIDs of those that we may not give triggers. */
    static Set<Long> withoutTriggerRight(Connection connection, List<Table> tables) throws SQLException {
        Set<Long> found = new HashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(WITHOUT_TRIGGER_RIGHT)) {
            statement.setArray(
                    1,
                    connection.createArrayOf(
                            "int8", tables.stream().map(Table::oid).toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(row.getLong(1));
                }
            }
        }
        return found;
    }

    private SourceIdentity identity() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT s.system_identifier::text, c.timeline_id FROM pg_control_system() s, pg_control_checkpoint() c")) {
            row.next();
            return new SourceIdentity(
                    row.getString(1),
                    row.getInt(2),
                    settings.endpoint().database(),
                    "change log of " + settings.pipeline());
        }
    }
}
