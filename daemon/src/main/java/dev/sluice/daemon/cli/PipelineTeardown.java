package dev.sluice.daemon.cli;

import dev.sluice.engine.change.ErrorKind;
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
import org.jspecify.annotations.Nullable;
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
     * What was dropped, and what could not be.
     *
     * @param lines one for each thing that is, or would be, dropped
     * @param left one for each thing that is left, with the reason
     */
    record Outcome(List<String> lines, List<String> left) {}

    /**
     * The sinks first: while the source is there its identity is known. What fails is left, and the rest goes on: a target
     * that is gone for good must not keep a slot in the source.
     *
     * @param really false to only tell
     */
    Outcome run(boolean really) {
        List<String> lines = new ArrayList<>();
        List<String> left = new ArrayList<>();
        PipelineCheckpoint known = store.load(name);
        Source source = config.source().create(factory.sourceContext(name));
        try {
            List<SourceIdentity> owners = owners(source.origin(), known);
            config.sinks().forEach((sink, section) -> {
                String what = name + ": what sink " + sink + " keeps";
                attempt(what, dropIn(sink, section, owners, really), lines, left);
            });
            attempt(name + ": slot and publication", source.origin().teardown(really), lines, left);
        } finally {
            source.close().block();
        }
        if (known != null) {
            lines.add(name + ": its state in the state directory");
        }
        if (really) {
            store.forget(name);
        }
        return new Outcome(lines.isEmpty() && left.isEmpty() ? List.of(name + ": nothing is left of it") : lines, left);
    }

    private void attempt(String what, Mono<List<String>> dropping, List<String> lines, List<String> left) {
        try {
            dropping.blockOptional().orElse(List.of()).forEach(line -> lines.add(name + ": " + line));
        } catch (RuntimeException e) {
            left.add(what + ": " + SyncException.from(e).getMessage());
        }
    }

    /**
     * Who a sink's position may belong to: the source as it is now, and as it is remembered, which is another one if the
     * cluster was rebuilt. One that is not fit to be streamed can still be known by what was remembered of it.
     */
    private static List<SourceIdentity> owners(Origin origin, @Nullable PipelineCheckpoint known) {
        List<SourceIdentity> owners = new ArrayList<>();
        origin.inspect()
                .map(SourceState::identity)
                .onErrorResume(SyncException.class, error -> Mono.empty())
                .blockOptional()
                .ifPresent(owners::add);
        if (known != null && owners.stream().noneMatch(known.source()::isSameStream)) {
            owners.add(known.source());
        }
        return owners;
    }

    private Mono<List<String>> dropIn(
            String sink, SinkSection<?> section, List<SourceIdentity> owners, boolean really) {
        Mono<List<String>> dropped = Mono.error(new SyncException(
                ErrorKind.STATE_MISMATCH,
                "the source cannot be reached and is not remembered, so that nobody knows whether it belongs to it"));
        for (SourceIdentity owner : owners) {
            Mono<List<String>> attempt =
                    Mono.defer(() -> section.teardown(factory.sinkContext(name, sink), owner, really));
            dropped =
                    owner == owners.get(0) ? attempt : dropped.onErrorResume(PipelineTeardown::isOthers, e -> attempt);
        }
        return dropped;
    }

    private static boolean isOthers(Throwable error) {
        return error instanceof SyncException ours && ours.kind() == ErrorKind.STATE_MISMATCH;
    }
}
