package dev.sluice.engine.flow;

import dev.sluice.engine.change.Position;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A lane at one moment.
 *
 * @param sink its name
 * @param durable up to where the sink durably has everything; what is saved of it, for a sink that keeps no position of its
 *     own, may lie a little before
 * @param lag age of the oldest commit read that it has yet to get; zero when it has all that was read
 * @param changes since the start
 * @param bytes since the start
 * @param retries since the start
 * @param copy the last copy of this run
 * @param reason why it retries or failed, otherwise null
 */
public record LaneStatus(
        String sink,
        LaneState state,
        Position durable,
        Duration lag,
        long changes,
        long bytes,
        long retries,
        CopyStatus copy,
        @Nullable String reason) {}
