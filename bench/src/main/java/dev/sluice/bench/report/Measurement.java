package dev.sluice.bench.report;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one peer did in one round.
 *
 * @param rows how many it got
 * @param time that it took for them
 * @param details what else is worth keeping, in an order for people; values are numbers or text
 * @param samples how far it had come, about every 100 ms; empty where nobody could look
 * @param latencies of single changes; null where they were not measured
 */
public record Measurement(
        long rows,
        Duration time,
        Map<String, Object> details,
        List<Sample> samples,
        @Nullable Latencies latencies) {
    /** Key in the details: the most memory that the process ever had, in bytes. */
    public static final String PEAK_MEMORY = "peakMemoryBytes";

    /** Key in the details: how long it took, in milliseconds, from being asked to start until it streamed. */
    public static final String START = "startMillis";

    public Measurement {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("nothing takes no time: " + time);
        }
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
        samples = List.copyOf(samples);
    }

    public Measurement(long rows, Duration time, Map<String, Object> details) {
        this(rows, time, details, List.of(), null);
    }

    public double rowsPerSecond() {
        return rows / (time.toNanos() / 1e9);
    }

    /** In bytes; -1 where nobody knows. */
    public long peakMemoryBytes() {
        return details.get(PEAK_MEMORY) instanceof Number bytes ? bytes.longValue() : -1;
    }
}
