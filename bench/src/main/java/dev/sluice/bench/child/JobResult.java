package dev.sluice.bench.child;

import io.vertx.core.json.JsonObject;
import java.time.Duration;

/**
 * What came of a {@link Job}.
 *
 * @param time from the start of streaming until the last row was durable
 * @param changes how many were read; 0 where nobody counts
 * @param bytes of those changes
 * @param peakMemoryBytes the most that the process ever had in memory, heap and all; -1 if the system does not tell
 * @param processorTime of all threads of the process during that time
 * @param collectionTime that the garbage collector took, since the process began
 */
public record JobResult(
        Duration time,
        long changes,
        long bytes,
        long peakMemoryBytes,
        Duration processorTime,
        Duration collectionTime) {
    String encode() {
        return new JsonObject()
                .put("nanos", time.toNanos())
                .put("changes", changes)
                .put("bytes", bytes)
                .put("peakMemoryBytes", peakMemoryBytes)
                .put("processorMillis", processorTime.toMillis())
                .put("collectionMillis", collectionTime.toMillis())
                .encode();
    }

    static JobResult decode(JsonObject json) {
        return new JobResult(
                Duration.ofNanos(json.getLong("nanos")),
                json.getLong("changes"),
                json.getLong("bytes"),
                json.getLong("peakMemoryBytes"),
                Duration.ofMillis(json.getLong("processorMillis")),
                Duration.ofMillis(json.getLong("collectionMillis")));
    }
}
