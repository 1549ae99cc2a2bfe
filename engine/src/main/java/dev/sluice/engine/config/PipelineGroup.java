package dev.sluice.engine.config;

import dev.sluice.engine.checkpoint.SqliteCheckpointStore;
import dev.sluice.engine.flow.Pipeline;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

/** All pipelines of a configuration, with the checkpoint store that they share. Any thread. */
public final class PipelineGroup {
    private final SqliteCheckpointStore checkpoints;
    private final List<Pipeline> pipelines;
    private final Mono<Void> stopped;

    private PipelineGroup(SqliteCheckpointStore checkpoints, List<Pipeline> pipelines) {
        this.checkpoints = checkpoints;
        this.pipelines = List.copyOf(pipelines);
        this.stopped = Mono.defer(this::stopAll).cache();
    }

    /**
     * Opens the state directory and makes the pipelines; starts nothing. Blocks for the disk.
     *
     * @param shared see {@link PipelineFactory}
     */
    public static PipelineGroup open(
            SluiceConfig config, MeterRegistry meters, Clock clock, Map<Class<?>, Object> shared) {
        SqliteCheckpointStore checkpoints = SqliteCheckpointStore.open(config.state());
        List<Pipeline> pipelines = new ArrayList<>();
        try {
            PipelineFactory factory = new PipelineFactory(checkpoints, meters, clock, shared);
            config.pipelines().forEach((name, pipeline) -> pipelines.add(factory.create(name, pipeline)));
            return new PipelineGroup(checkpoints, pipelines);
        } catch (RuntimeException e) {
            new PipelineGroup(checkpoints, pipelines).stop().block(); // none of them has begun
            throw e;
        }
    }

    public List<Pipeline> pipelines() {
        return pipelines;
    }

    /** Starts all; completes when all have. When one fails, all are stopped before this fails. */
    public Mono<Void> start() {
        return Mono.when(pipelines.stream().map(Pipeline::start).toList())
                .onErrorResume(error -> stop().then(Mono.error(error)));
    }

    /** Stops all, each draining, and closes the store. May be called more than once. */
    public Mono<Void> stop() {
        return stopped;
    }

    private Mono<Void> stopAll() {
        return Mono.when(pipelines.stream().map(Pipeline::stop).toList())
                .then(Mono.<Void>fromRunnable(checkpoints::close).subscribeOn(Schedulers.boundedElastic()));
    }
}
