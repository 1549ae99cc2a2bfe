package dev.sluice.daemon.cli;

import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.checkpoint.CheckpointStore;
import dev.sluice.engine.checkpoint.PipelineCheckpoint;
import dev.sluice.engine.config.PipelineConfig;
import dev.sluice.engine.config.PipelineFactory;
import dev.sluice.engine.config.SinkSection;
import dev.sluice.engine.source.Origin;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Takes one pipeline down, or says what that would be. Blocking: it is all that its program does. */
final class PipelineTeardown {
    private final String name;
    private final PipelineConfig config;
    private final PipelineFactory factory;
    private final CheckpointStore store;

    PipelineTeardown(String name, PipelineConfig config, PipelineFactory factory, CheckpointStore store) {
        this.name = name;
        this.config = config;
        this.factory = factory;
        this.store = store;
    }

    /**
     * The sinks first: while the source is there its identity is known.
     *
     * @param really false to only tell
     */
    List<String> run(boolean really) {
        List<String> dropped = Mono.usingWhen(
                        Mono.fromSupplier(() -> config.source().create(factory.sourceContext(name))),
                        source -> dropAll(source.origin(), really),
                        Source::close)
                .block();
        List<String> lines = new ArrayList<>();
        if (dropped != null) {
            dropped.forEach(line -> lines.add(name + ": " + line));
        }
        if (store.load(name) != null) {
            lines.add(name + ": its state in the state directory");
        }
        if (really) {
            store.forget(name);
        }
        return lines.isEmpty() ? List.of(name + ": nothing is left of it") : lines;
    }

    private Mono<List<String>> dropAll(Origin origin, boolean really) {
        return identity(origin)
                .flatMapMany(identity -> dropInSinks(identity, really))
                .concatWith(origin.teardown(really).flatMapIterable(lines -> lines))
                .collectList();
    }

    /** A source that is not fit to be streamed can still be known by what was remembered of it. */
    private Mono<SourceIdentity> identity(Origin origin) {
        PipelineCheckpoint known = store.load(name);
        return origin.inspect()
                .map(SourceState::identity)
                .onErrorResume(SyncException.class, error -> orKnown(known, error));
    }

    private static Mono<SourceIdentity> orKnown(@Nullable PipelineCheckpoint known, SyncException error) {
        return known == null ? Mono.error(error) : Mono.just(known.source());
    }

    private Flux<String> dropInSinks(SourceIdentity identity, boolean really) {
        return Flux.fromIterable(config.sinks().entrySet())
                .concatMap(sink -> dropIn(sink, identity, really))
                .flatMapIterable(lines -> lines);
    }

    private Mono<List<String>> dropIn(Map.Entry<String, SinkSection<?>> sink, SourceIdentity identity, boolean really) {
        return sink.getValue().teardown(factory.sinkContext(name, sink.getKey()), identity, really);
    }
}
