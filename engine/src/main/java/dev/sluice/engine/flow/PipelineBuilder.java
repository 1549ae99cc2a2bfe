package dev.sluice.engine.flow;

import dev.sluice.engine.checkpoint.CheckpointStore;
import dev.sluice.engine.route.Route;
import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.source.Source;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Puts a {@link Pipeline} together. A source, at least one sink and a checkpoint store must be given. */
public final class PipelineBuilder {
    private final String name;
    private final List<NamedSink> sinks = new ArrayList<>();
    private @Nullable Source source;
    private @Nullable CheckpointStore checkpoints;
    private MeterRegistry meters = new SimpleMeterRegistry();
    private Clock clock = Clock.systemUTC();
    private PipelineSettings settings = PipelineSettings.defaults();
    private @Nullable Threads threads;

    record NamedSink(String name, Sink sink, Route route) {}

    PipelineBuilder(String name) {
        this.name = name;
    }

    /** Where changes come from; the pipeline closes it. */
    public PipelineBuilder source(Source given) {
        source = given;
        return this;
    }

    /** One more place where changes go; the pipeline closes it. */
    public PipelineBuilder sink(String sinkName, Sink sink, Route route) {
        if (sinks.stream().anyMatch(known -> known.name().equals(sinkName))) {
            throw new IllegalArgumentException("two sinks are called " + sinkName);
        }
        sinks.add(new NamedSink(sinkName, sink, route));
        return this;
    }

    /** Where positions are kept; may be shared by pipelines, and is not closed by them. */
    public PipelineBuilder checkpoints(CheckpointStore given) {
        checkpoints = given;
        return this;
    }

    /** Default: a registry of its own. */
    public PipelineBuilder meters(MeterRegistry given) {
        meters = given;
        return this;
    }

    /** Default: the system's. */
    public PipelineBuilder clock(Clock given) {
        clock = given;
        return this;
    }

    /** Default: {@link PipelineSettings#defaults}. */
    public PipelineBuilder settings(PipelineSettings given) {
        settings = given;
        return this;
    }

    PipelineBuilder threads(Threads given) {
        threads = given;
        return this;
    }

    /** Makes the pipeline; nothing is opened before it is started. */
    public Pipeline build() {
        if (sinks.isEmpty()) {
            throw new IllegalArgumentException("pipeline " + name + " has no sink");
        }
        PipelineMeters pipelineMeters = new PipelineMeters(meters, clock, name);
        return new Pipeline(new PipelineSpec(
                name,
                Objects.requireNonNull(source, "source"),
                List.copyOf(sinks),
                Objects.requireNonNull(checkpoints, "checkpoints"),
                settings,
                pipelineMeters,
                threads == null ? Threads.real(name) : threads));
    }

    /** What a pipeline is made of. */
    record PipelineSpec(
            String name,
            Source source,
            List<NamedSink> sinks,
            CheckpointStore checkpoints,
            PipelineSettings settings,
            PipelineMeters meters,
            Threads threads) {}
}
