package dev.sluice.engine.flow;

import dev.sluice.engine.metrics.LaneMeters;
import dev.sluice.engine.metrics.MeterNames;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/** The meters of one pipeline. Safe for any thread; removes them when closed. */
final class PipelineMeters implements AutoCloseable {
    private final MeterRegistry registry;
    private final Clock clock;
    private final String pipeline;
    private final List<Meter> meters = new ArrayList<>();

    PipelineMeters(MeterRegistry registry, Clock clock, String pipeline) {
        this.registry = registry;
        this.clock = clock;
        this.pipeline = pipeline;
    }

    Clock clock() {
        return clock;
    }

    MeterRegistry registry() {
        return registry;
    }

    void register(Supplier<Number> journalBytes, Supplier<PipelineState> state) {
        Tags tags = Tags.of(MeterNames.PIPELINE, pipeline);
        meters.add(Gauge.builder(MeterNames.JOURNAL_BYTES, journalBytes)
                .tags(tags)
                .baseUnit("bytes")
                .register(registry));
        for (PipelineState each : PipelineState.values()) {
            meters.add(Gauge.builder(MeterNames.PIPELINE_STATE, () -> state.get() == each ? 1 : 0)
                    .tags(tags.and("state", each.name().toLowerCase(Locale.ROOT)))
                    .register(registry));
        }
    }

    LaneMeters lane(String sink, LaneMeters.Gauges gauges) {
        return new LaneMeters(registry, clock, pipeline, sink, gauges);
    }

    @Override
    public void close() {
        meters.forEach(registry::remove);
    }
}
