package dev.sluice.source.postgres;

import dev.sluice.engine.metrics.MeterNames;
import dev.sluice.source.postgres.stream.StreamMeters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The source's meters, tagged with the pipeline and nothing else. Any thread. */
final class SourceMeters implements StreamMeters, AutoCloseable {
    private final MeterRegistry registry;
    private final List<Meter> meters = new ArrayList<>();
    private final Counter bytes;
    private final Counter changes;
    private volatile long lastMessageNanos = System.nanoTime();
    private volatile long retainedBytes;
    private volatile long lagBytes;
    private volatile double safeBytes = Double.NaN;

    SourceMeters(MeterRegistry registry, String pipeline) {
        this.registry = registry;
        Tags tags = Tags.of("pipeline", pipeline);
        bytes = kept(Counter.builder(MeterNames.SOURCE_BYTES)
                .description("What the server has sent")
                .baseUnit("bytes")
                .tags(tags)
                .register(registry));
        changes = kept(Counter.builder(MeterNames.SOURCE_CHANGES)
                .description("Changes handed on")
                .tags(tags)
                .register(registry));
        kept(Gauge.builder(
                        MeterNames.SOURCE_MESSAGE_AGE,
                        () -> (System.nanoTime() - lastMessageNanos) / (double) TimeUnit.SECONDS.toNanos(1))
                .description("Time since the last message of the server was read")
                .baseUnit("seconds")
                .tags(tags)
                .register(registry));
        kept(Gauge.builder(MeterNames.SOURCE_RETAINED, () -> retainedBytes)
                .description("WAL that the server keeps for the slot")
                .baseUnit("bytes")
                .tags(tags)
                .register(registry));
        kept(Gauge.builder(MeterNames.SOURCE_SAFE, () -> safeBytes)
                .description("WAL that may be written before the server may invalidate the slot; NaN without a limit")
                .baseUnit("bytes")
                .tags(tags)
                .register(registry));
        kept(Gauge.builder(MeterNames.SOURCE_LAG, () -> lagBytes)
                .description("WAL that was written and not read yet")
                .baseUnit("bytes")
                .tags(tags)
                .register(registry));
    }

    private <M extends Meter> M kept(M meter) {
        meters.add(meter);
        return meter;
    }

    @Override
    public void received(long count) {
        lastMessageNanos = System.nanoTime();
        bytes.increment((double) count);
    }

    @Override
    public void changes(long count) {
        changes.increment((double) count);
    }

    /**
     * @param retained WAL that the server keeps for the slot
     * @param lag WAL between the server's end and what was read
     * @param safe WAL that may still be written before the slot may be invalidated; null without a limit
     */
    void slot(long retained, long lag, @Nullable Long safe) {
        retainedBytes = retained;
        lagBytes = lag;
        safeBytes = safe == null ? Double.NaN : safe.doubleValue();
    }

    /** Removes them from the registry. */
    @Override
    public void close() {
        meters.forEach(registry::remove);
    }
}
