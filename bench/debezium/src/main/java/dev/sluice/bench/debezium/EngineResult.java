package dev.sluice.bench.debezium;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * What came of an {@link EngineJob}.
 *
 * @param time from the engine's start until the last change was handed over as JSON
 * @param bytes of JSON, keys and values
 * @param processorTime of all threads of the process during that time
 * @param latencies in microseconds; null where only the rate was wanted
 * @param settings of Debezium
 * @param version of Debezium
 */
record EngineResult(
        Duration time,
        long changes,
        long bytes,
        Duration processorTime,
        List<MemorySamples.Sample> samples,
        @Nullable Histogram latencies,
        Map<String, String> settings,
        String version) {

    /** With the process's peak of memory and its time of collection as they are now. */
    ObjectNode encode(ObjectMapper mapper) {
        ObjectNode json = mapper.createObjectNode()
                .put("nanos", time.toNanos())
                .put("changes", changes)
                .put("bytes", bytes)
                .put("peakMemoryBytes", ProcessUsage.peakBytes())
                .put("processorMillis", processorTime.toMillis())
                .put("collectionMillis", ProcessUsage.collectionTime().toMillis());
        ArrayNode points = json.putArray("samples");
        samples.forEach(sample ->
                points.addArray().add(sample.millis()).add(sample.rows()).add(sample.residentBytes()));
        if (latencies != null) {
            json.put("latencies", encoded(latencies));
        }
        ObjectNode set = json.putObject("settings");
        settings.forEach(set::put);
        return json.put("version", version);
    }

    private static String encoded(Histogram histogram) {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
    }
}
