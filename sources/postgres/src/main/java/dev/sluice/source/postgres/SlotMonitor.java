package dev.sluice.source.postgres;

import dev.sluice.postgres.Connections;
import dev.sluice.source.postgres.origin.ReplicationSlot;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at the slot now and then: how much WAL is kept for it, and whether it is about to be lost. */
final class SlotMonitor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SlotMonitor.class);
    private static final Duration PERIOD = Duration.ofSeconds(10);

    private final SourceSettings settings;
    private final Connections connections;
    private final SourceMeters meters;
    private final BooleanSupplier streaming;
    private final ScheduledFuture<?> polling;
    private String walStatus = "reserved";

    /** @param streaming whether to look at all */
    SlotMonitor(
            SourceSettings settings,
            Connections connections,
            SourceMeters meters,
            BooleanSupplier streaming,
            ScheduledExecutorService threads) {
        this.settings = settings;
        this.connections = connections;
        this.meters = meters;
        this.streaming = streaming;
        long period = PERIOD.toMillis();
        this.polling = threads.scheduleWithFixedDelay(this::look, period, period, TimeUnit.MILLISECONDS);
    }

    private void look() {
        if (!streaming.getAsBoolean()) {
            return;
        }
        try (PgConnection connection = connections.open()) {
            ReplicationSlot.find(connection, settings.slot()).ifPresent(this::show);
        } catch (SQLException unavailable) {
            // The stream says that the server is away; the figures stay what they were.
            LOG.debug("{}: cannot look at slot {}", settings.pipeline(), settings.slot(), unavailable);
        }
    }

    private void show(ReplicationSlot slot) {
        meters.slot(slot);
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
