package dev.sluice.engine.metrics;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Transaction;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** The meters of one lane. Safe for any thread; removes them when closed. */
public final class LaneMeters implements AutoCloseable {
    private final MeterRegistry registry;
    private final Clock clock;
    private final Counter changes;
    private final Counter bytes;
    private final Counter retries;
    private final Counter schemaChanges;
    private final Counter copiedFirst;
    private final Counter copiedLater;
    private final DistributionSummary batchChanges;
    private final Timer write;
    private final Timer latency;
    private final List<Gauge> gauges;

    /** What is asked for at each scrape. */
    public record Gauges(
            Supplier<Number> lagSeconds,
            Supplier<Number> copyTables,
            Supplier<Number> copyTablesDone,
            Supplier<Number> copyDone) {}

    /** Registers all of them. */
    public LaneMeters(MeterRegistry registry, Clock clock, String pipeline, String sink, Gauges gauges) {
        this.registry = registry;
        this.clock = clock;
        Tags tags = Tags.of(MeterNames.PIPELINE, pipeline, MeterNames.SINK, sink);
        this.changes = registry.counter(MeterNames.SINK_CHANGES, tags);
        this.bytes = registry.counter(MeterNames.SINK_BYTES, tags);
        this.retries = registry.counter(MeterNames.SINK_RETRIES, tags);
        this.schemaChanges = registry.counter(MeterNames.SINK_SCHEMA_CHANGES, tags);
        this.copiedFirst = registry.counter(MeterNames.COPY_ROWS, tags.and(MeterNames.WAY, "first"));
        this.copiedLater = registry.counter(MeterNames.COPY_ROWS, tags.and(MeterNames.WAY, "later"));
        this.batchChanges = registry.summary(MeterNames.SINK_BATCH_CHANGES, tags);
        this.write = Timer.builder(MeterNames.SINK_WRITE)
                .tags(tags)
                .publishPercentileHistogram()
                .register(registry);
        this.latency = Timer.builder(MeterNames.SINK_LATENCY)
                .tags(tags)
                .publishPercentileHistogram()
                .register(registry);
        this.gauges = List.of(
                Gauge.builder(MeterNames.SINK_LAG, gauges.lagSeconds())
                        .tags(tags)
                        .baseUnit("seconds")
                        .register(registry),
                Gauge.builder(MeterNames.COPY_TABLES, gauges.copyTables())
                        .tags(tags)
                        .register(registry),
                Gauge.builder(MeterNames.COPY_TABLES_DONE, gauges.copyTablesDone())
                        .tags(tags)
                        .register(registry),
                Gauge.builder(MeterNames.COPY_DONE, gauges.copyDone())
                        .tags(tags)
                        .register(registry));
    }

    /** A batch has been written. */
    public void written(ChangeBatch batch, long writeNanos) {
        changes.increment((double) batch.size());
        bytes.increment((double) batch.bytes().length);
        if (!batch.isEmpty()) { // one that only moves the position says nothing about batches
            batchChanges.record(batch.size());
        }
        write.record(writeNanos, TimeUnit.NANOSECONDS);
        Transaction last = batch.lastTransaction();
        if (last != null) {
            long micros = clock.millis() * 1_000 - last.commitMicros();
            latency.record(Math.max(0, micros), TimeUnit.MICROSECONDS);
        }
    }

    public void retried() {
        retries.increment();
    }

    /** A table has another shape from a change on. */
    public void alteredShape() {
        schemaChanges.increment();
    }

    /** @param later whether their snapshot is not the one that the stream began with */
    public void copied(long rows, boolean later) {
        (later ? copiedLater : copiedFirst).increment((double) rows);
    }

    public long changes() {
        return (long) changes.count();
    }

    public long bytes() {
        return (long) bytes.count();
    }

    public long retries() {
        return (long) retries.count();
    }

    @Override
    public void close() {
        List<Meter> all =
                List.of(changes, bytes, retries, schemaChanges, copiedFirst, copiedLater, batchChanges, write, latency);
        all.forEach(registry::remove);
        gauges.forEach(registry::remove);
    }
}
