package dev.sluice.source.postgres.stream;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.SqlStates;
import dev.sluice.source.postgres.SourceSettings;
import dev.sluice.source.postgres.origin.Publication;
import dev.sluice.source.postgres.origin.ReplicationSlot;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.SynchronousSink;

/**
 * One subscription to the stream: opened on the reading thread, read there on demand, freed on the feedback timer's thread.
 * {@link #stop} and {@link #free} may be called from any thread and more than once.
 */
public final class StreamSession {
    private static final Logger LOG = LoggerFactory.getLogger(StreamSession.class);

    /** Our own walsender of a moment ago, or of a process that was killed, may still hold the slot. */
    private static final Duration PATIENCE_FOR_SLOT = Duration.ofSeconds(10);

    private static final Duration READER_PATIENCE = Duration.ofSeconds(2);

    private static final Duration LAST_WORDS = Duration.ofMillis(200);

    private static final Duration LEAST_SILENCE = Duration.ofMinutes(2);

    private static final long SLOT_RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final SourceSettings settings;
    private final Connections connections;
    private final AtomicLong confirmed;
    private final Position after;
    private final ScheduledExecutorService timer;
    private final StreamMeters meters;
    private final StreamErrors errors;
    /** Held while something is read or opened; whoever frees waits for it. */
    private final ReentrantLock reading = new ReentrantLock();

    private final CompletableFuture<Void> freed = new CompletableFuture<>();

    private volatile boolean stopped;
    private volatile @Nullable ChangeReader reader;
    private volatile Position standing;
    private volatile @Nullable Feedback feedback;
    private volatile @Nullable ReplicationLink link;
    private boolean announced;
    private boolean closed;
    private volatile @Nullable CatalogueDescriber catalogue;
    private @Nullable ScheduledFuture<?> heartbeat;

    public StreamSession(
            SourceSettings settings,
            Connections connections,
            AtomicLong confirmed,
            Position after,
            ScheduledExecutorService timer,
            StreamMeters meters) {
        this.settings = settings;
        this.connections = connections;
        this.confirmed = confirmed;
        this.after = after;
        this.timer = timer;
        this.meters = meters;
        this.errors = new StreamErrors(settings, after);
        this.standing = after;
    }

    /**
     * Connects and starts streaming, unless stopped meanwhile. Blocks; fails with a SyncException, having freed everything.
     */
    public StreamSession open() {
        reading.lock();
        try {
            if (!stopped) {
                connect();
            }
        } catch (SQLException | RuntimeException error) {
            boolean wanted = stopped;
            free();
            if (!wanted) {
                throw errors.of(error, standing);
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
        CatalogueDescriber describer = new CatalogueDescriber(connections, settings.tables());
        catalogue = describer;
        check(describer.connection());
        if (stopped) {
            return;
        }
        ReplicationLink opened = openLink();
        link = opened;
        Duration silence = silence(settings.statusInterval());
        opened.limitReads(silence);
        Feedback told = new Feedback(
                opened, confirmed, after.lsn(), settings.statusInterval().toNanos());
        feedback = told;
        ChangeAssembler assembler = new ChangeAssembler(describer, settings.tables(), after, settings.batchBytes());
        reader = new ChangeReader(opened, assembler, told, describer, meters, silence);
        long period = settings.statusInterval().toMillis();
        heartbeat = timer.scheduleWithFixedDelay(this::beat, period, period, TimeUnit.MILLISECONDS);
        LOG.info("{}: streaming slot {} after {}", settings.pipeline(), settings.slot(), after);
    }

    /**
     * How long the server may say nothing though it is asked all the time. It does not look at what we send while it decodes
     * one large transaction of which nothing is published; from 15 on it then still sends a keepalive each half of its
     * wal_sender_timeout, 30 seconds by default.
     */
    private static Duration silence(Duration statusInterval) {
        Duration tenTimes = statusInterval.multipliedBy(10);
        return tenTimes.compareTo(LEAST_SILENCE) > 0 ? tenTimes : LEAST_SILENCE;
    }

    private void check(PgConnection sql) throws SQLException {
        errors.requireComplete(ReplicationSlot.find(sql, settings.slot()).orElse(null));
        errors.requirePublished(Publication.exists(sql, settings.publication()));
        try (Statement statement = sql.createStatement();
                ResultSet result = statement.executeQuery(
                        "SELECT CASE WHEN NOT pg_is_in_recovery() THEN pg_current_wal_flush_lsn()::text END")) {
            result.next();
            String flushed = result.getString(1);
            if (flushed == null) {
                throw new SyncException(
                        ErrorKind.SOURCE_UNAVAILABLE,
                        settings.endpoint().displayName() + " is a standby; waiting for it to be promoted");
            }
            errors.requireNotBehind(Position.parseLsn(flushed));
        }
    }

    private ReplicationLink openLink() throws SQLException {
        long deadline = System.nanoTime() + PATIENCE_FOR_SLOT.toNanos();
        while (true) {
            try {
                return ReplicationLink.open(connections, settings.slot(), settings.publication(), after.lsn());
            } catch (SQLException error) {
                boolean inUse = SqlStates.OBJECT_IN_USE.equals(error.getSQLState());
                if (!inUse || stopped || System.nanoTime() > deadline) {
                    throw error;
                }
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(SLOT_RETRY_NANOS);
        } catch (InterruptedException cancelled) {
            Thread.currentThread().interrupt();
            throw new SyncException(ErrorKind.SOURCE_UNAVAILABLE, "cancelled while waiting for the slot", cancelled);
        }
    }

    /** Emits one batch, the first time one that only says that we are connected; completes if the session was stopped. */
    public StreamSession emit(SynchronousSink<ChangeBatch> sink) {
        reading.lock();
        try {
            ChangeReader open = reader;
            ChangeBatch batch = stopped || open == null ? null : announced ? open.next() : ChangeBatch.unmoved(after);
            announced = true;
            if (batch == null) {
                sink.complete();
            } else {
                standing = batch.last();
                sink.next(batch);
            }
        } catch (SQLException | RuntimeException error) {
            // Once stopped, whatever goes wrong is the end of the connection that we wanted.
            boolean wanted = stopped;
            stop(); // first: whoever hears of the error may subscribe again at once
            if (wanted) {
                sink.complete();
            } else {
                sink.error(errors.of(error, standing, lastTable()));
            }
        } finally {
            reading.unlock();
        }
        if (stopped && freed.isDone()) {
            free(); // whoever freed could not wait for us
        }
        return this;
    }

    /** On the timer: keeps the connection alive while nothing is asked for. */
    private void beat() {
        Feedback told = feedback;
        try {
            if (told != null && !stopped) {
                told.sendIfDue(System.nanoTime(), true);
            }
        } catch (RuntimeException unexpected) { // thrown on, it would end the beating without a word
            LOG.warn("{}: status message failed", settings.pipeline(), unexpected);
        } catch (SQLException broken) {
            // The reader will find the connection broken when it reads, and tell it with the reason.
            LOG.debug("{}: status message failed", settings.pipeline(), broken);
        }
    }

    private @Nullable String lastTable() {
        ChangeReader open = reader;
        return open == null ? null : open.lastTable();
    }

    /** Makes a read that is under way return soon. */
    public void stop() {
        stopped = true;
        ChangeReader open = reader;
        if (open != null) {
            open.stop();
        }
    }

    /** Tells the server what was confirmed and closes the connections, in the background. */
    public void free() {
        stop();
        try {
            timer.execute(this::release);
        } catch (RejectedExecutionException closed) { // the source is: nobody waits for this thread any more
            release();
        }
    }

    /** Completes when everything has been freed. */
    public CompletableFuture<Void> freed() {
        return freed;
    }

    private void release() {
        if (takeFromReader()) {
            try {
                closeOnce();
            } finally {
                reading.unlock();
            }
        } else {
            LOG.warn("{}: a connection does not answer; it is closed when it does", settings.pipeline());
        }
        freed.complete(null);
    }

    private void closeOnce() {
        if (closed) {
            return;
        }
        closed = true;
        if (heartbeat != null) {
            heartbeat.cancel(false);
        }
        close();
    }

    /** A reader that was stopped leaves within milliseconds, unless the network has swallowed what it waits for. */
    private boolean takeFromReader() {
        if (isTakenInTime()) {
            return true;
        }
        ReplicationLink stuck = link;
        if (stuck != null) {
            stuck.abort();
        }
        CatalogueDescriber asking = catalogue;
        if (asking != null) {
            asking.abort();
        }
        return isTakenInTime();
    }

    private boolean isTakenInTime() {
        try {
            return reading.tryLock(READER_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException shuttingDown) {
            Thread.currentThread().interrupt();
            return reading.tryLock();
        }
    }

    private void close() {
        quietly(this::lastWords);
        ReplicationLink streaming = link;
        if (streaming != null) {
            quietly(streaming::close);
        }
        CatalogueDescriber sql = catalogue;
        if (sql != null) {
            quietly(sql::close);
        }
    }

    private void lastWords() throws SQLException {
        Feedback told = feedback;
        ReplicationLink streaming = link;
        if (told != null && streaming != null && told.hasNews()) {
            streaming.limitReads(READER_PATIENCE);
            told.send(true);
            streaming.drainUntilKeepalive(LAST_WORDS);
        }
    }

    /** A step of closing; it fails when the connection is broken, and then there is nothing left to close. */
    private interface Step {
        void run() throws SQLException;
    }

    private void quietly(Step step) {
        try {
            step.run();
        } catch (SQLException broken) {
            LOG.debug("{}: connection was broken when it was closed", settings.pipeline(), broken);
        }
    }

    /**
     * Tells the server what was confirmed after the connection was closed, over a new one: a pipeline stops reading first
     * and lets its sinks finish. Blocks. After {@link #freed}.
     */
    public void tellLate() {
        Feedback told = feedback;
        if (told == null || !told.hasNews()) {
            return;
        }
        long durable = told.flushable();
        try (ReplicationLink late =
                ReplicationLink.open(connections, settings.slot(), settings.publication(), durable)) {
            late.sendStatus(durable, durable, true);
            late.drainUntilKeepalive(READER_PATIENCE);
        } catch (SQLException error) {
            LOG.info(
                    "{}: could not tell the server that {} was confirmed, it will send some changes again: {}",
                    settings.pipeline(),
                    Position.boundary(durable),
                    error.getMessage());
        }
    }

    /** The LSN up to which WAL has been read. */
    public long received() {
        Feedback known = feedback;
        return known == null ? after.lsn() : known.received();
    }

    public boolean isStopped() {
        return stopped;
    }
}
