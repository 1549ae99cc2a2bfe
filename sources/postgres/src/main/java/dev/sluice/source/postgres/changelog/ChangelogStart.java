package dev.sluice.source.postgres.changelog;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Table;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.copy.ExportedSnapshot;
import dev.sluice.source.postgres.copy.PostgresSnapshot;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;

/**
 * Makes what the change log lacks, and a snapshot with the tick that sees the same. Whoever had written to a table before it
 * got its triggers has ended by then, so that the snapshot has it. One use; blocking.
 */
final class ChangelogStart {
    private static final Logger LOG = LoggerFactory.getLogger(ChangelogStart.class);

    private final SourceSettings settings;
    private final Connections connections;
    private final Scheduler scheduler;

    ChangelogStart(SourceSettings settings, Connections connections, Scheduler scheduler) {
        this.settings = settings;
        this.connections = connections;
        this.scheduler = scheduler;
    }

    /** For a new stream: what an earlier start left is forgotten. */
    PostgresSnapshot open() {
        try (PgConnection connection = connections.open()) {
            List<Table> tables = new ChangelogInspection(settings, connection).tables();
            Installer installer = new Installer(settings, connection);
            installer.install(tables, Duration.ZERO);
            installer.forget();
            return snapshot(connection, tables, Set.of());
        } catch (SQLException error) {
            throw failed(error);
        }
    }

    /** For a stream that has begun; null after so long a wait for whoever writes to the tables. */
    @Nullable PostgresSnapshot openLater(Set<Long> missing, Set<Long> begun, Duration patience) {
        try (PgConnection connection = connections.open()) {
            List<Table> tables = new ChangelogInspection(settings, connection)
                    .tables().stream()
                            .filter(table -> missing.contains(table.oid()))
                            .toList();
            new Installer(settings, connection).install(tables, patience);
            return snapshot(connection, tables, begun);
        } catch (SQLException error) {
            if (!patience.isZero() && SqlStates.LOCK_NOT_AVAILABLE.equals(error.getSQLState())) {
                LOG.info("{}: no snapshot now: {}", settings.pipeline(), error.getMessage());
                return null;
            }
            throw failed(error);
        }
    }

    private SyncException failed(SQLException error) {
        return SqlStates.source("start a copy from " + settings.endpoint().displayName(), error);
    }

    /** While nobody else makes a tick. */
    private PostgresSnapshot snapshot(PgConnection holder, List<Table> tables, Set<Long> begun) throws SQLException {
        PgConnection exporter = connections.open();
        try {
            holder.setAutoCommit(false);
            ExportedSnapshot exported = export(holder, exporter);
            holder.commit();
            holder.setAutoCommit(true);
            Set<Long> oids = tables.stream().map(Table::oid).collect(Collectors.toSet());
            return PostgresSnapshot.of(settings, connections, exported, oids, begun, scheduler);
        } catch (SQLException | RuntimeException error) {
            try {
                exporter.close();
            } catch (SQLException alsoBroken) {
                error.addSuppressed(alsoBroken);
            }
            throw error;
        }
    }

    /** What has been numbered is asked for first: whoever has taken a number has an id that the snapshot knows. */
    private static ExportedSnapshot export(Connection holder, PgConnection exporter) throws SQLException {
        try (Statement holding = holder.createStatement();
                Statement exporting = exporter.createStatement()) {
            long written;
            holding.execute("SELECT sluice.hold_ticks()");
            try (ResultSet row = holding.executeQuery("SELECT last_value FROM sluice.change_number")) {
                row.next();
                written = row.getLong(1);
            }
            exporting.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
            String name;
            String seen;
            try (ResultSet row = exporting.executeQuery("SELECT pg_export_snapshot(), pg_current_snapshot()::text")) {
                row.next();
                name = row.getString(1);
                seen = row.getString(2);
            }
            try (ResultSet row =
                    holding.executeQuery("SELECT sluice.tick_at('" + seen + "'::pg_snapshot, " + written + ")")) {
                row.next();
                return new ExportedSnapshot(exporter, name, Position.boundary(row.getLong(1)));
            }
        }
    }
}
