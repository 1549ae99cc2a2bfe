package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.source.postgres.PostgresSourceConfig.CopyMode;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.copy.ChunkPlan;
import dev.sluice.source.postgres.copy.ExportedSnapshot;
import dev.sluice.source.postgres.copy.PostgresSnapshot;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;

/**
 * Makes publication and slot, in this order (a slot decodes only what a publication that existed then publishes), and keeps
 * the snapshot that the slot exports. One use; blocking.
 */
final class SnapshotStart {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotStart.class);

    private final SourceSettings settings;
    private final Connections connections;
    private final Scheduler scheduler;
    private volatile boolean givenUp;

    /** @param scheduler where the snapshot's closing may block */
    SnapshotStart(SourceSettings settings, Connections connections, Scheduler scheduler) {
        this.settings = settings;
        this.connections = connections;
        this.scheduler = scheduler;
    }

    /** Nobody waits for the snapshot any more. Any thread. */
    void giveUp() {
        givenUp = true;
    }

    /** Null if it was given up: then everything has been closed. */
    @Nullable PostgresSnapshot open() {
        try {
            PostgresSnapshot opened = start();
            if (!givenUp) {
                return opened;
            }
            opened.closeNow();
        } catch (RuntimeException error) {
            if (!givenUp) {
                throw error;
            }
            LOG.debug("{}: given up while the slot was made", settings.pipeline(), error);
        }
        return null;
    }

    private PostgresSnapshot start() {
        try {
            Set<Long> published = prepare();
            PgConnection exporter = connections.openReplication().connection();
            try {
                return look(createSlot(exporter), published);
            } catch (SQLException | RuntimeException error) {
                closeAfter(exporter, error);
                throw error;
            }
        } catch (SQLException error) {
            throw SqlStates.source("start a copy from " + settings.endpoint().displayName(), error);
        }
    }

    /** Reads the catalog at the snapshot too: a table may have been altered while the slot was made. */
    private PostgresSnapshot look(ExportedSnapshot exported, Set<Long> published) throws SQLException {
        try (PgConnection connection = connections.open()) {
            ExportedSnapshot.takeUp(connection, exported.name());
            TableCatalogue catalogue = new TableCatalogue(connection);
            List<Table> tables = settings.copyMode() == CopyMode.NEVER
                    ? List.of()
                    : catalogue.tables(settings.tables()).stream()
                            .filter(table -> published.contains(table.oid()))
                            .toList();
            ChunkPlan plan = ChunkPlan.make(connection, tables, catalogue.sizes(published), settings.copyChunkBytes());
            return new PostgresSnapshot(settings, connections, exported, tables, plan, scheduler);
        }
    }

    /** Makes what the slot needs; returns the OIDs of the published tables. */
    private Set<Long> prepare() throws SQLException {
        try (PgConnection connection = connections.open()) {
            Report report = new Report();
            List<Table> tables = new TableChoice(settings, new TableCatalogue(connection)).choose(report);
            report.throwIfAny();
            if (tables.isEmpty()) {
                throw new SyncException(
                        ErrorKind.CONFIGURATION,
                        "none of the tables that match " + settings.tables() + " can be followed");
            }
            dropLeftover(connection);
            Publication.ensure(connection, settings.publication(), settings.pipeline(), tables);
            return tables.stream().map(Table::oid).collect(Collectors.toSet());
        }
    }

    private void dropLeftover(PgConnection connection) throws SQLException {
        @Nullable ReplicationSlot leftover =
                SlotPatience.awaitIdle(connection, settings.slot()).orElse(null);
        if (leftover != null) {
            if (!"pgoutput".equals(leftover.plugin())
                    || !settings.endpoint().database().equals(leftover.database())) {
                throw new SyncException(
                        ErrorKind.STATE_MISMATCH,
                        "slot " + leftover.name() + " belongs to somebody else; give another name under slot:");
            }
            Teardown.requireIdle(leftover);
            Teardown.drop(connection, leftover.name());
            LOG.info("{}: dropped slot {} of an earlier start", settings.pipeline(), leftover.name());
        }
    }

    /** The older form of the command is what 14 understands; failover needs the newer one. */
    private ExportedSnapshot createSlot(PgConnection exporter) throws SQLException {
        LOG.info("{}: creating slot {}, waiting for open transactions to end", settings.pipeline(), settings.slot());
        String command = "CREATE_REPLICATION_SLOT " + Identifiers.quote(settings.slot()) + " LOGICAL pgoutput "
                + (settings.failover() ? "(SNAPSHOT 'export', FAILOVER)" : "EXPORT_SNAPSHOT");
        try (Statement statement = exporter.createStatement();
                ResultSet row = statement.executeQuery(command)) {
            if (!row.next()) {
                throw new SQLException("CREATE_REPLICATION_SLOT returned nothing", "08P01");
            }
            Position position = Position.boundary(Position.parseLsn(row.getString("consistent_point")));
            return new ExportedSnapshot(exporter, row.getString("snapshot_name"), position);
        }
    }

    private static void closeAfter(PgConnection connection, Exception error) {
        try {
            connection.close();
        } catch (SQLException alsoBroken) {
            error.addSuppressed(alsoBroken);
        }
    }
}
