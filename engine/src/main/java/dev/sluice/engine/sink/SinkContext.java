package dev.sluice.engine.sink;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/**
 * What the engine lends to a sink.
 *
 * @param pipeline name of the pipeline
 * @param sink name of the sink in the pipeline
 * @param meters where to register meters beyond those that every lane has
 * @param shared objects of the surrounding program by their type, such as the {@code Vertx} that a pipeline is deployed
 *     in; a sink does not close them
 * @param schema what to do when tables of the source are altered
 */
public record SinkContext(
        String pipeline,
        String sink,
        MeterRegistry meters,
        Clock clock,
        Map<Class<?>, Object> shared,
        SchemaPolicy schema) {
    public SinkContext {
        shared = Map.copyOf(shared);
    }

    /** With the usual answer to what happens to tables. */
    public SinkContext(String pipeline, String sink, MeterRegistry meters, Clock clock, Map<Class<?>, Object> shared) {
        this(pipeline, sink, meters, clock, shared, SchemaPolicy.ADDITIVE);
    }

    /** The shared object of this very type, if the surrounding program gave one. */
    public <T> Optional<T> shared(Class<T> type) {
        return Optional.ofNullable(shared.get(type)).map(type::cast);
    }
}
