package dev.sluice.source.postgres;

import dev.sluice.engine.change.Position;
import dev.sluice.postgres.Connections;
import dev.sluice.source.postgres.origin.ReplicationSlot;
import dev.sluice.source.postgres.stream.StreamSession;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the slot now and then: how much WAL is kept for it, and whether it is about to be lost. */
final class SlotMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlotMonitor.class);
    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final SourceSettings settings;
    private final Connections connections;
    private final SourceMeters meters;
    private final Supplier<@Nullable StreamSession> session;
    private final ScheduledFuture<?> polling;
    private final SlotDanger danger = new SlotDanger();
    private String walStatus = "reserved";

    /** @param session what streams, or did last; null before the first time */
    SlotMonitor(
            SourceSettings settings,
            Connections connections,
            SourceMeters meters,
            Supplier<@Nullable StreamSession> session,
            ScheduledExecutorService threads) {
        this.settings = settings;
        this.connections = connections;
        this.meters = meters;
        this.session = session;
        long period = PERIOD.toMillis();
        this.polling = threads.scheduleWithFixedDelay(this::look, FIRST.toMillis(), period, TimeUnit.MILLISECONDS);
    }

    private void look() {
        try (PgConnection connection = connections.openForQueries()) {
            ReplicationSlot.find(connection, settings.slot()).ifPresent(this::show);
        } catch (SQLException unavailable) {
            // The stream says that the server is away; the figures stay what they were.
            LOG.debug("{}: cannot look at slot {}", settings.pipeline(), settings.slot(), unavailable);
        } catch (RuntimeException unexpected) { // thrown on, it would end the looking without a word
            LOG.warn("{}: cannot look at slot {}", settings.pipeline(), settings.slot(), unexpected);
        }
    }

    private void show(ReplicationSlot slot) {
        StreamSession streaming = session.get();
        Position confirmed = slot.confirmedFlush();
        long received =
                streaming != null ? streaming.received() : confirmed == null ? slot.serverLsn() : confirmed.lsn();
        meters.slot(slot.retainedBytes(), Math.max(0, slot.serverLsn() - received), slot.safeBytes());
        danger.look(System.nanoTime(), slot.serverLsn(), slot.safeBytes())
                .ifPresent(left -> LOG.warn(
                        "{}: slot {} will be invalidated once {} more bytes of WAL are written, at the present rate in {}"
                                + " seconds, unless the sinks get further. To give them time: ALTER SYSTEM SET"
                                + " max_slot_wal_keep_size = '...'; SELECT pg_reload_conf();",
                        settings.pipeline(),
                        slot.name(),
                        left.bytes(),
                        left.time().toSeconds()));
        if (!slot.walStatus().equals(walStatus)) {
            walStatus = slot.walStatus();
            if (walStatus.equals("unreserved") || walStatus.equals("lost")) {
                LOG.warn(
                        "{}: slot {} is {}: it holds {} bytes of WAL, more than max_slot_wal_keep_size allows",
                        settings.pipeline(),
                        slot.name(),
                        walStatus,
                        slot.retainedBytes());
            }
        }
    }

    @Override
    public void close() {
        polling.cancel(false);
    }
}
