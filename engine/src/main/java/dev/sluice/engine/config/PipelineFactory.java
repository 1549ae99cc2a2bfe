package dev.sluice.engine.config;

import dev.sluice.engine.checkpoint.CheckpointStore;
import dev.sluice.engine.flow.Pipeline;
import dev.sluice.engine.flow.PipelineBuilder;
import dev.sluice.engine.flow.PipelineSettings;
import dev.sluice.engine.sink.SchemaPolicy;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.source.SourceContext;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Map;

/** Makes pipelines of their configuration; opens nothing. Immutable; any thread. */
public final class PipelineFactory {
    private final CheckpointStore checkpoints;
    private final MeterRegistry meters;
    private final Clock clock;
    private final Map<Class<?>, Object> shared;

    /** @param shared objects of the surrounding program for sinks, by type; see {@link SinkContext#shared} */
    public PipelineFactory(
            CheckpointStore checkpoints, MeterRegistry meters, Clock clock, Map<Class<?>, Object> shared) {
        this.checkpoints = checkpoints;
        this.meters = meters;
        this.clock = clock;
        this.shared = Map.copyOf(shared);
    }

    /** A pipeline that is ready to be started. Fails with CONFIGURATION when a source or sink refuses its values. */
    public Pipeline create(String name, PipelineConfig config) {
        PipelineBuilder builder = Pipeline.builder(name)
                .source(config.source().create(sourceContext(name)))
                .checkpoints(checkpoints)
                .meters(meters)
                .clock(clock)
                .settings(settings(config));
        config.sinks()
                .forEach((sink, section) ->
                        builder.sink(sink, section.create(sinkContext(name, sink, config.schema())), section.route()));
        return builder.build();
    }

    /** What a source of this pipeline is lent. */
    public SourceContext sourceContext(String pipeline) {
        return new SourceContext(pipeline, meters, clock);
    }

    /** What a sink of this pipeline is lent. */
    public SinkContext sinkContext(String pipeline, String sink) {
        return sinkContext(pipeline, sink, SchemaPolicy.STOP);
    }

    private SinkContext sinkContext(String pipeline, String sink, SchemaPolicy schema) {
        return new SinkContext(pipeline, sink, meters, clock, shared, schema);
    }

    private static PipelineSettings settings(PipelineConfig config) {
        PipelineSettings defaults = PipelineSettings.defaults();
        return new PipelineSettings(
                config.journal().memory().bytes(),
                Math.toIntExact(config.batch().bytes()),
                defaults.copyTables(),
                config.copyTurn(),
                config.drain(),
                defaults.retryFirst(),
                defaults.retryMost());
    }
}
