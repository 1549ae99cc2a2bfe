package dev.sluice.bench.report;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

/** How long single changes took, in microseconds. Immutable once made; the histogram is not shared. */
public final class Latencies {
    private static final int DIGITS = 3;

    private final Histogram histogram;

    private Latencies(Histogram histogram) {
        this.histogram = histogram;
    }

    /** Takes over a histogram of microseconds. */
    public static Latencies of(Histogram histogram) {
        return new Latencies(histogram);
    }

    /** An empty histogram of microseconds, to record into; grows by itself. */
    public static Histogram recorder() {
        return new Histogram(DIGITS);
    }

    /** What a child process recorded, as it sends it: HdrHistogram's compressed form in base 64. */
    public static Latencies decode(String text) {
        try {
            return new Latencies(Histogram.decodeFromCompressedByteBuffer(
                    ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0));
        } catch (DataFormatException e) {
            throw new IllegalArgumentException("not a compressed histogram", e);
        }
    }

    /** What {@link #decode} reads. */
    public String encode() {
        ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
        int length = histogram.encodeIntoCompressedByteBuffer(buffer);
        byte[] bytes = new byte[length];
        buffer.flip().get(bytes);
        return Base64.getEncoder().encodeToString(bytes);
    }

    public long count() {
        return histogram.getTotalCount();
    }

    /** In milliseconds. */
    public double percentile(double percent) {
        return histogram.getValueAtPercentile(percent) / 1e3;
    }

    /** Percentiles in milliseconds, and how many lay between limits that grow by a fifth: {@code [from, to, count]}. */
    JsonObject toJson() {
        JsonArray buckets = new JsonArray();
        for (HistogramIterationValue step : histogram.logarithmicBucketValues(50, 1.2)) {
            if (step.getCountAddedInThisIterationStep() > 0) {
                buckets.add(new JsonArray()
                        .add(step.getValueIteratedFrom() / 1e3)
                        .add(step.getValueIteratedTo() / 1e3)
                        .add(step.getCountAddedInThisIterationStep()));
            }
        }
        return new JsonObject()
                .put("count", count())
                .put("p50Millis", percentile(50))
                .put("p90Millis", percentile(90))
                .put("p99Millis", percentile(99))
                .put("p999Millis", percentile(99.9))
                .put("maxMillis", histogram.getMaxValue() / 1e3)
                .put("buckets", buckets);
    }
}
