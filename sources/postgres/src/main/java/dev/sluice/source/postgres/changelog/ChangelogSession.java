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
import dev.sluice.source.postgres.stream.StreamMeters;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.SynchronousSink;

/**
 * One subscription to the change log: opened on the reading thread, read there on demand, freed on another. {@link #stop} and
 * {@link #free} may be called from any thread and more than once.
 */
public final class ChangelogSession {
    private static final Logger LOG = LoggerFactory.getLogger(ChangelogSession.class);
    private static final long READER_PATIENCE_MILLIS = 2000;

    private final SourceSettings settings;
    private final Connections connections;
    private final Position after;
    private final Executor freeing;
    private final StreamMeters meters;
    private final Pause pause = new Pause();
    /** Held while something is read or opened; whoever frees waits for it. */
    private final ReentrantLock reading = new ReentrantLock();

    private final CompletableFuture<Void> freed = new CompletableFuture<>();
    private volatile boolean stopped;
    private volatile @Nullable PgConnection connection;
    private volatile @Nullable CatalogueDescriber catalogue;
    private volatile @Nullable WindowReader reader;
    private boolean announced;

    /**
     * @param after where to go on
     * @param freeing where connections are closed; may block
     */
    public ChangelogSession(
            SourceSettings settings, Connections connections, Position after, Executor freeing, StreamMeters meters) {
        this.settings = settings;
        this.connections = connections;
        this.after = after;
        this.freeing = freeing;
        this.meters = meters;
    }

    /** Connects, unless stopped meanwhile. Blocks; fails with a SyncException, having freed everything. */
    public ChangelogSession open() {
        reading.lock();
        try {
            if (!stopped) {
                connect();
            }
        } catch (SQLException | RuntimeException error) {
            boolean wanted = stopped;
            free();
            if (!wanted) {
                throw classified(error);
            }
            LOG.debug("{}: stopped while connecting", settings.pipeline(), error);
        } finally {
            reading.unlock();
        }
        if (stopped) {
            free();
        }
        return this;
    }

    private void connect() throws SQLException {
        PgConnection opened = connections.open();
        connection = opened;
        LogReader.prepare(opened);
        Tick reached = requireComplete(opened);
        CatalogueDescriber describer = new CatalogueDescriber(connections, settings.tables());
        catalogue = describer;
        reader = new WindowReader(
                opened,
                new ChangeAssembler(describer, settings.tables(), after, settings.batchBytes()),
                meters,
                reached,
                pause,
                settings.statusInterval().toNanos());
        LOG.info("{}: following the change log after {}", settings.pipeline(), after);
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

    /** Emits one batch, the first time one that only says that we are connected; completes if the session was stopped. */
    public ChangelogSession emit(SynchronousSink<ChangeBatch> sink) {
        reading.lock();
        try {
            WindowReader open = reader;
            ChangeBatch batch = stopped || open == null ? null : announced ? open.next() : ChangeBatch.unmoved(after);
            announced = true;
            if (batch == null) {
                sink.complete();
            } else {
                sink.next(batch);
            }
        } catch (SQLException | RuntimeException error) {
            boolean wanted = stopped; // then whatever goes wrong is the end of the connection that we wanted
            stop(); // first: whoever hears of the error may subscribe again at once
            if (wanted) {
                sink.complete();
            } else {
                sink.error(classified(error));
            }
        } finally {
            reading.unlock();
        }
        return this;
    }

    private SyncException classified(Exception error) {
        if (error instanceof MalformedMessageException malformed) {
            WindowReader open = reader;
            return new SyncException(
                    ErrorKind.SOURCE_PROTOCOL,
                    malformed.getMessage() + ", after position " + (open == null ? after : open.reached()),
                    malformed);
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

    /** There may be something to read. Any thread. */
    public void wake() {
        pause.wake();
    }

    /** Makes a read that is under way return soon. */
    public void stop() {
        stopped = true;
        pause.end();
        WindowReader open = reader;
        if (open != null) {
            open.stop();
        }
    }

    /** Closes the connections, in the background. */
    public void free() {
        stop();
        freeing.execute(this::release);
    }

    /** Completes when everything has been freed. */
    public CompletableFuture<Void> freed() {
        return freed;
    }

    private void release() {
        if (isTakenInTime() || abort()) {
            try {
                close();
            } finally {
                reading.unlock();
            }
        }
        freed.complete(null);
    }

    /** Who reads is waiting for a server that does not answer, or for a large sort. */
    private boolean abort() {
        PgConnection open = connection;
        try {
            if (open != null) {
                open.abort(Runnable::run);
            }
        } catch (SQLException refused) {
            throw new IllegalStateException("pgjdbc aborts on the calling thread without asking", refused);
        }
        CatalogueDescriber asking = catalogue;
        if (asking != null) {
            asking.abort();
        }
        return isTakenInTime();
    }

    private boolean isTakenInTime() {
        try {
            return reading.tryLock(READER_PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
        } catch (InterruptedException shuttingDown) {
            Thread.currentThread().interrupt();
            return reading.tryLock();
        }
    }

    private void close() {
        try {
            PgConnection open = connection;
            CatalogueDescriber asking = catalogue;
            if (open != null) {
                open.close(); // ends a COPY that is under way, without reading the rest of it
            }
            if (asking != null) {
                asking.close();
            }
        } catch (SQLException broken) {
            LOG.debug("{}: connection was broken when it was closed", settings.pipeline(), broken);
        }
    }

    public boolean isStopped() {
        return stopped;
    }
}
