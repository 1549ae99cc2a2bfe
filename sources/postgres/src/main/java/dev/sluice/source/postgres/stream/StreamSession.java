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
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One subscription to a slot's stream. */
public final class StreamSession extends ReadingSession {
    private static final Logger LOG = LoggerFactory.getLogger(StreamSession.class);

    /** Our own walsender of a moment ago, or of a process that was killed, may still hold the slot. */
    private static final Duration PATIENCE_FOR_SLOT = Duration.ofSeconds(10);

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
    private volatile @Nullable ChangeReader reader;
    private volatile @Nullable Feedback feedback;
    private volatile @Nullable ReplicationLink link;
    private volatile @Nullable CatalogueDescriber catalogue;
    private @Nullable ScheduledFuture<?> heartbeat;

    public StreamSession(
            SourceSettings settings,
            Connections connections,
            AtomicLong confirmed,
            Position after,
            ScheduledExecutorService timer,
            StreamMeters meters) {
        super(settings.pipeline(), after, timer);
        this.settings = settings;
        this.connections = connections;
        this.confirmed = confirmed;
        this.after = after;
        this.timer = timer;
        this.meters = meters;
        this.errors = new StreamErrors(settings, after);
    }

    @Override
    protected void connect() throws SQLException {
        CatalogueDescriber describer = new CatalogueDescriber(connections, settings.tables());
        catalogue = describer;
        check(describer.connection());
        if (isStopped()) {
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
                if (!inUse || isStopped() || System.nanoTime() > deadline) {
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

    @Override
    protected @Nullable ChangeBatch next() throws SQLException {
        ChangeReader open = reader;
        return open == null ? null : open.next();
    }

    @Override
    protected SyncException classified(Exception error, boolean reading) {
        ChangeReader open = reader;
        return reading
                ? errors.of(error, standing(), open == null ? null : open.lastTable())
                : errors.of(error, standing());
    }

    /** On the timer: keeps the connection alive while nothing is asked for. */
    private void beat() {
        Feedback told = feedback;
        try {
            if (told != null && !isStopped()) {
                told.sendIfDue(System.nanoTime(), true);
            }
        } catch (RuntimeException unexpected) { // thrown on, it would end the beating without a word
            LOG.warn("{}: status message failed", settings.pipeline(), unexpected);
        } catch (SQLException broken) {
            // The reader will find the connection broken when it reads, and tell it with the reason.
            LOG.debug("{}: status message failed", settings.pipeline(), broken);
        }
    }

    @Override
    protected void stopReading() {
        ChangeReader open = reader;
        if (open != null) {
            open.stop();
        }
    }

    @Override
    protected void abort() {
        ReplicationLink stuck = link;
        if (stuck != null) {
            stuck.abort();
        }
        CatalogueDescriber asking = catalogue;
        if (asking != null) {
            asking.abort();
        }
    }

    /** The server is told first what was confirmed. */
    @Override
    protected void close() {
        ScheduledFuture<?> beating = heartbeat;
        if (beating != null) {
            beating.cancel(false);
        }
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
}
