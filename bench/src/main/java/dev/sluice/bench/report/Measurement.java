package dev.sluice.bench.report;

import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one peer did in one round.
 *
 * @param rows how many it got
 * @param time that it took for them
 * @param details what else is worth keeping, in an order for people; values are numbers or text
 */
public record Measurement(long rows, Duration time, Map<String, Object> details) {
    public Measurement {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException("nothing takes no time: " + time);
        }
        details = Collections.unmodifiableMap(new LinkedHashMap<>(details));
    }

    public double rowsPerSecond() {
        return rows / (time.toNanos() / 1e9);
    }
}
