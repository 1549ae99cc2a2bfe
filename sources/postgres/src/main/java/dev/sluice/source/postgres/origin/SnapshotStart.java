package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.source.CopyMode;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.copy.ExportedSnapshot;
import dev.sluice.source.postgres.copy.PostgresSnapshot;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.scheduler.Scheduler;

/**
 * Makes publication and slot, in this order (a slot decodes only what a publication that existed then publishes), and keeps
 * the snapshot that the slot exports. Later on, a slot that ends with the snapshot gives another one that is as exact: what
 * was committed before its position, and nothing else. One use; blocking.
 */
final class SnapshotStart {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotStart.class);

    private static final String COPY_SUFFIX = "_copy";

    /** Our patience is over; the temporary slot of before is still there; no slot, or no walsender, is free. */
    private static final Set<String> LATER = Set.of(
            SqlStates.QUERY_CANCELED, SqlStates.LOCK_NOT_AVAILABLE, SqlStates.DUPLICATE_OBJECT, "53400", "53300");

    private static final int LONGEST_SLOT_NAME = 63;

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

    /** For a new stream, or for no stream at all. Null if it was given up: then everything has been closed. */
    @Nullable PostgresSnapshot open() {
        boolean temporary = settings.copy().mode() == CopyMode.ONLY;
        return unlessGivenUp(() -> start(this::prepare, temporary, Set.of(), Duration.ZERO));
    }

    /**
     * For a stream that has begun; likewise.
     *
     * @param missing OIDs of the tables to read
     * @param begun OIDs of tables of which chunks by key have been copied
     * @param patience null after so long a wait for open transactions
     */
    @Nullable PostgresSnapshot openLater(Set<Long> missing, Set<Long> begun, Duration patience) {
        return unlessGivenUp(() -> start(() -> addTables(missing, patience), true, begun, patience));
    }

    private @Nullable PostgresSnapshot unlessGivenUp(Supplier<@Nullable PostgresSnapshot> start) {
        try {
            PostgresSnapshot opened = start.get();
            if (!givenUp || opened == null) {
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

    /** Makes what a slot needs, and says which tables are published then, by OID. */
    @FunctionalInterface
    private interface Preparation {
        Set<Long> prepare() throws SQLException;
    }

    private @Nullable PostgresSnapshot start(
            Preparation preparation, boolean temporary, Set<Long> begun, Duration patience) {
        try {
            Set<Long> published = preparation.prepare();
            PgConnection exporter = connections.openReplication().connection();
            try {
                return PostgresSnapshot.of(
                        settings,
                        connections,
                        temporary ? createTemporarySlot(exporter, patience) : createSlot(exporter),
                        published,
                        begun,
                        scheduler);
            } catch (SQLException | RuntimeException error) {
                closeAfter(exporter, error);
                throw error;
            }
        } catch (SQLException error) {
            if (!patience.isZero() && LATER.contains(String.valueOf(error.getSQLState()))) {
                LOG.info("{}: no snapshot now: {}", settings.pipeline(), error.getMessage());
                return null;
            }
            throw SqlStates.source("start a copy from " + settings.endpoint().displayName(), error);
        }
    }

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
            Publication.ensure(connection, settings.publication(), settings.pipeline(), tables, settings.rows());
            return oids(tables);
        }
    }

    /**
     * What was changed in a table before it was published is not in the stream, also if it is committed afterwards. That is
     * no loss: the slot that is made next waits until everything that runs now has ended, and its snapshot has it.
     */
    private Set<Long> addTables(Set<Long> missing, Duration patience) throws SQLException {
        try (PgConnection connection = connections.open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET lock_timeout = " + Math.min(Integer.MAX_VALUE, patience.toMillis()));
            Publication publication = Publication.find(connection, settings.publication())
                    .orElseThrow(() -> new SyncException(
                            ErrorKind.SOURCE_GAP, "publication " + settings.publication() + " was dropped"));
            List<Table> tables = new TableChoice(settings, new TableCatalogue(connection))
                    .published(publication, new Report()).stream()
                            .filter(table -> missing.contains(table.oid()))
                            .toList();
            List<Table> added = publication.missing(tables);
            if (!added.isEmpty()) {
                Publication.add(connection, publication.name(), added, settings.rows());
                LOG.info(
                        "{}: added to publication {}: {}",
                        settings.pipeline(),
                        publication.name(),
                        added.stream().map(Table::displayName).collect(Collectors.joining(", ")));
            }
            return oids(tables);
        }
    }

    private static Set<Long> oids(List<Table> tables) {
        return tables.stream().map(Table::oid).collect(Collectors.toSet());
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
        return createSlot(
                exporter,
                settings.slot(),
                "LOGICAL pgoutput " + (settings.failover() ? "(SNAPSHOT 'export', FAILOVER)" : "EXPORT_SNAPSHOT"),
                Duration.ZERO);
    }

    private ExportedSnapshot createTemporarySlot(PgConnection exporter, Duration patience) throws SQLException {
        int length = Math.min(settings.slot().length(), LONGEST_SLOT_NAME - COPY_SUFFIX.length());
        return createSlot(
                exporter,
                settings.slot().substring(0, length) + COPY_SUFFIX,
                "TEMPORARY LOGICAL pgoutput EXPORT_SNAPSHOT",
                patience);
    }

    /** @param patience after which the server is asked to give up; zero for never */
    private ExportedSnapshot createSlot(PgConnection exporter, String slot, String how, Duration patience)
            throws SQLException {
        String command = "CREATE_REPLICATION_SLOT " + Identifiers.quote(slot) + " " + how;
        try (Statement statement = exporter.createStatement()) {
            statement.setQueryTimeout(patience.isZero() ? 0 : Math.max(1, Math.toIntExact(patience.toSeconds())));
            try (ResultSet row = statement.executeQuery(command)) {
                if (!row.next()) {
                    throw new SQLException("CREATE_REPLICATION_SLOT returned nothing", "08P01");
                }
                Position position = Position.boundary(Position.parseLsn(row.getString("consistent_point")));
                return new ExportedSnapshot(exporter, row.getString("snapshot_name"), position);
            }
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
