package dev.sluice.source.postgres.changelog;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.SqlStates;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.changelog.WindowReader.Pause;
import dev.sluice.source.postgres.pgoutput.MalformedMessageException;
import dev.sluice.source.postgres.stream.CatalogueDescriber;
import dev.sluice.source.postgres.stream.ChangeAssembler;
import dev.sluice.source.postgres.stream.ReadingSession;
import dev.sluice.source.postgres.stream.StreamMeters;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One subscription to the change log. */
public final class ChangelogSession extends ReadingSession {
    private static final Logger LOG = LoggerFactory.getLogger(ChangelogSession.class);

    private static final int REST_AFTER_INTERVALS = 5;
    private static final Duration PATIENCE_FOR_LOCK = Duration.ofSeconds(10);

    private final SourceSettings settings;
    private final Connections connections;
    private final Position after;
    private final StreamMeters meters;
    private final ScheduledExecutorService timer;
    private @Nullable ScheduledFuture<?> resting;
    private final Pause pause = new Pause();
    private volatile @Nullable PgConnection connection;
    private volatile @Nullable LogConnection rows;
    private volatile @Nullable CatalogueDescriber catalogue;
    private volatile @Nullable WindowReader reader;

    /**
     * @param after where to go on
     * @param timer where connections are looked after and closed
     */
    public ChangelogSession(
            SourceSettings settings,
            Connections connections,
            Position after,
            ScheduledExecutorService timer,
            StreamMeters meters) {
        super(settings.pipeline(), after, timer);
        this.timer = timer;
        this.settings = settings;
        this.connections = connections;
        this.after = after;
        this.meters = meters;
    }

    @Override
    protected void connect() throws SQLException {
        PgConnection opened = connections.open();
        connection = opened;
        LogConnection reading = new LogConnection(connections);
        rows = reading;
        LogReader.prepare(opened);
        Tick reached = requireComplete(opened);
        lock(opened);
        CatalogueDescriber describer = new CatalogueDescriber(connections, settings.tables());
        catalogue = describer;
        reader = new WindowReader(
                opened,
                reading,
                new ChangeAssembler(describer, settings.tables(), after, settings.batchBytes()),
                meters,
                reached,
                pause,
                settings.statusInterval().toNanos());
        long period = settings.statusInterval().toMillis();
        resting = timer.scheduleWithFixedDelay(this::rest, period, period, TimeUnit.MILLISECONDS);
        LOG.info("{}: following the change log after {}", settings.pipeline(), after);
    }

    private void rest() {
        try {
            WindowReader open = reader;
            if (open != null && !isStopped()) {
                whileNobodyReads(settings.statusInterval().multipliedBy(REST_AFTER_INTERVALS), open::rest);
            }
        } catch (SQLException broken) { // the reader will find the same when it reads
            LOG.debug("{}: cannot end a read of the change log", settings.pipeline(), broken);
        } catch (RuntimeException unexpected) { // thrown on, it would end the looking without a word
            LOG.warn("{}: cannot end a read of the change log", settings.pipeline(), unexpected);
        }
    }

    /** Fails unless everything after our position is there. */
    private Tick requireComplete(PgConnection opened) throws SQLException {
        Installation installation = Installation.read(opened);
        if (installation == null) {
            throw gap("the change log was dropped");
        }
        if (installation.restored()) {
            throw gap("it was restored from a dump, or its cluster was upgraded");
        }
        requireRoom(installation);
        Position latest = installation.latest();
        Tick reached = Tick.at(opened, after.lsn());
        if (latest == null || reached == null) {
            throw gap("it begins at " + installation.confirmed());
        }
        if (Long.compareUnsigned(latest.lsn(), after.lsn()) < 0) {
            throw gap("the server went back in time: its last tick is " + latest);
        }
        return reached;
    }

    /** Two that read would confirm for each other. One of ours that is just ending is waited for. */
    private void lock(PgConnection opened) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE_FOR_LOCK.toNanos();
        try (Statement statement = opened.createStatement()) {
            while (!isStopped()) {
                try (ResultSet row =
                        statement.executeQuery("SELECT pg_try_advisory_lock(" + LoggedTables.READER_LOCK + ")")) {
                    row.next();
                    if (row.getBoolean(1)) {
                        return;
                    }
                }
                if (System.nanoTime() > deadline) {
                    throw new SyncException(
                            ErrorKind.SOURCE_UNAVAILABLE, "another instance reads the change log; stop one of the two");
                }
                pause.take();
            }
        }
    }

    private static void requireRoom(Installation installation) {
        if (installation.overflowed()) {
            throw new SyncException(
                    ErrorKind.SOURCE_GAP, "the change log was full (changelog.limit), so that changes are missing");
        }
    }

    private SyncException gap(String why) {
        return new SyncException(
                ErrorKind.SOURCE_GAP,
                "changes after " + after + " are no longer available from the change log: " + why);
    }

    @Override
    protected @Nullable ChangeBatch next() throws SQLException {
        WindowReader open = reader;
        return open == null ? null : open.next();
    }

    @Override
    protected SyncException classified(Exception error, boolean reading) {
        if (error instanceof MalformedMessageException malformed) {
            return new SyncException(
                    ErrorKind.SOURCE_PROTOCOL, malformed.getMessage() + ", after position " + standing(), malformed);
        }
        if (error instanceof SQLException sql) {
            return "3F000".equals(sql.getSQLState())
                            || "42P01".equals(sql.getSQLState())
                            || "42883".equals(sql.getSQLState())
                    ? gap("it was dropped or altered: " + sql.getMessage())
                    : SqlStates.source("read the change log", sql);
        }
        return SyncException.from(error);
    }

    @Override
    protected void stopReading() {
        pause.end();
        WindowReader open = reader;
        if (open != null) {
            open.stop();
        }
    }

    /** Who reads is waiting for a server that does not answer, or for a large sort. */
    @Override
    protected void abort() {
        PgConnection open = connection;
        try {
            if (open != null) {
                open.abort(Runnable::run);
            }
            LogConnection reading = rows;
            if (reading != null) {
                reading.abort();
            }
        } catch (SQLException refused) {
            throw new IllegalStateException("pgjdbc aborts on the calling thread without asking", refused);
        }
        CatalogueDescriber asking = catalogue;
        if (asking != null) {
            asking.abort();
        }
    }

    @Override
    protected void close() {
        ScheduledFuture<?> looking = resting;
        if (looking != null) {
            looking.cancel(false);
        }
        PgConnection open = connection;
        if (open != null) {
            quietly(open::close);
        }
        LogConnection reading = rows;
        if (reading != null) {
            quietly(reading::close); // ends a COPY that is under way, without reading the rest of it
        }
        CatalogueDescriber asking = catalogue;
        if (asking != null) {
            quietly(asking::close);
        }
    }
}
