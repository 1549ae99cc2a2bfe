package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A walsender outlives its client by a moment: what was closed just now is given time to end. */
final class SlotPatience {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final long RETRY_MILLIS = 50;

    private SlotPatience() {}

    /** The slot once it is idle, or as it is when patience has run out. Blocks. */
    static Optional<ReplicationSlot> awaitIdle(Connection connection, String name) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            Optional<ReplicationSlot> slot = ReplicationSlot.find(connection, name);
            if (slot.isEmpty() || !slot.get().isActive() || System.nanoTime() > deadline) {
                return slot;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            } catch (InterruptedException cancelled) {
                Thread.currentThread().interrupt();
                throw new SyncException(
                        ErrorKind.SOURCE_UNAVAILABLE, "cancelled while waiting for the slot", cancelled);
            }
        }
    }
}
