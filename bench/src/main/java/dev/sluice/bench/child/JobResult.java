package dev.sluice.bench.child;

import dev.sluice.bench.report.Latencies;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.report.Sample;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What came of a job. Whatever process did it, Sluice or Debezium, answers with the same JSON.
 *
 * @param time from the start of streaming until the last row was durable
 * @param changes how many were read; 0 where nobody counts
 * @param bytes of those changes
 * @param peakMemoryBytes the most that the process ever had in memory, heap and all; -1 if the system does not tell
 * @param processorTime of all threads of the process during that time
 * @param collectionTime that the garbage collector took, since the process began
 * @param samples how far it had come, every now and then
 * @param latencies of the changes that count; null where nobody asked
 * @param startTime from being asked to start until it streamed; zero where nobody looked
 * @param about version and settings, from a process that is not ours
 */
public record JobResult(
        Duration time,
        long changes,
        long bytes,
        long peakMemoryBytes,
        Duration processorTime,
        Duration collectionTime,
        List<Sample> samples,
        @Nullable Latencies latencies,
        Duration startTime,
        Map<String, Object> about) {
    public JobResult {
        samples = List.copyOf(samples);
        about = Collections.unmodifiableMap(new LinkedHashMap<>(about));
    }

    JsonObject toJson() {
        JsonArray array = new JsonArray();
        samples.forEach(sample -> array.add(
                new JsonArray().add(sample.millis()).add(sample.rows()).add(sample.residentBytes())));
        return new JsonObject()
                .put("nanos", time.toNanos())
                .put("changes", changes)
                .put("bytes", bytes)
                .put("peakMemoryBytes", peakMemoryBytes)
                .put("processorMillis", processorTime.toMillis())
                .put("collectionMillis", collectionTime.toMillis())
                .put("samples", array)
                .put("startMillis", startTime.toMillis())
                .put("latencies", latencies == null ? null : latencies.encode());
    }

    /** Reads what {@link #toJson} writes. */
    public static JobResult of(JsonObject json) {
        List<Sample> samples = new ArrayList<>();
        for (Object each : json.getJsonArray("samples", new JsonArray())) {
            JsonArray sample = (JsonArray) each;
            samples.add(new Sample(sample.getLong(0), sample.getLong(1), sample.getLong(2)));
        }
        Map<String, Object> about = new LinkedHashMap<>();
        if (json.containsKey("version")) {
            about.put("version", json.getString("version"));
        }
        json.getJsonObject("settings", new JsonObject()).forEach(entry -> about.put(entry.getKey(), entry.getValue()));
        String latencies = json.getString("latencies");
        return new JobResult(
                Duration.ofNanos(Math.max(1, json.getLong("nanos"))),
                json.getLong("changes"),
                json.getLong("bytes"),
                json.getLong("peakMemoryBytes"),
                Duration.ofMillis(json.getLong("processorMillis")),
                Duration.ofMillis(json.getLong("collectionMillis")),
                samples,
                latencies == null ? null : Latencies.decode(latencies),
                Duration.ofMillis(json.getLong("startMillis", 0L)),
                about);
    }

    /** @param rows that really arrived */
    public Measurement measurement(long rows) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("bytes", bytes);
        details.put(Measurement.PEAK_MEMORY, peakMemoryBytes);
        if (!startTime.isZero()) {
            details.put(Measurement.START, startTime.toMillis());
        }
        details.put("processorMillis", processorTime.toMillis());
        details.put("collectionMillis", collectionTime.toMillis());
        return new Measurement(rows, time, details, samples, latencies);
    }
}
