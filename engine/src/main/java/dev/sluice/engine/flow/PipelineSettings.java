package dev.sluice.engine.flow;

import java.time.Duration;

/**
 * How a pipeline behaves.
 *
 * @param journalBytes limit of the journal in memory
 * @param batchBytes up to how much is given to a sink at once
 * @param copyTables how many tables of the first copy one sink takes at once
 * @param copyTurn how long chunks of what comes later are begun before the stream has its turn again
 * @param drainTimeout how long {@code stop} waits for lanes to write what the journal holds
 * @param retryFirst delay before the first retry; doubles from one to the next, jittered by half
 * @param retryMost the longest delay
 */
public record PipelineSettings(
        long journalBytes,
        int batchBytes,
        int copyTables,
        Duration copyTurn,
        Duration drainTimeout,
        Duration retryFirst,
        Duration retryMost) {
    public PipelineSettings {
        if (journalBytes < batchBytes || batchBytes < 1) {
            throw new IllegalArgumentException(
                    "the journal (" + journalBytes + " bytes) must hold at least one batch (" + batchBytes + " bytes)");
        }
    }

    public static PipelineSettings defaults() {
        return new PipelineSettings(
                64L << 20,
                2 << 20,
                4,
                Duration.ofSeconds(3),
                Duration.ofSeconds(30),
                Duration.ofMillis(200),
                Duration.ofSeconds(30));
    }
}
