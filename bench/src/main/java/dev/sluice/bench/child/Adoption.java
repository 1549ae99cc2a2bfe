package dev.sluice.bench.child;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceContext;
import dev.sluice.engine.source.SourceState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import reactor.core.publisher.Flux;

/** Lets sinks that keep their own position do a first copy of nothing, as of where the slot stands. Blocks. */
final class Adoption {
    private final Configuration configuration;

    Adoption(Map<String, Object> config) {
        this.configuration = Configuration.of(config);
    }

    JobResult run() {
        Source source = configuration
                .pipeline()
                .source()
                .create(new SourceContext(configuration.pipelineName(), new SimpleMeterRegistry(), Clock.systemUTC()));
        try {
            SourceState state = Objects.requireNonNull(source.origin().inspect().block());
            configuration
                    .pipeline()
                    .sinks()
                    .forEach((name, section) -> adopt(
                            (TransactionalSink) section.create(new SinkContext(
                                    configuration.pipelineName(),
                                    name,
                                    new SimpleMeterRegistry(),
                                    Clock.systemUTC(),
                                    Map.of())),
                            state));
        } finally {
            source.close().block();
        }
        return new JobResult(
                Duration.ofNanos(1), 0, 0, -1, Duration.ZERO, Duration.ZERO, List.of(), null, Duration.ZERO, Map.of());
    }

    private static void adopt(TransactionalSink sink, SourceState state) {
        Position slot = Objects.requireNonNull(state.confirmed(), "the slot is not there");
        try {
            sink.open(state.identity()).block();
            sink.prepareCopy(state.tables(), slot).block();
            for (Relation table : state.tables()) {
                sink.copy(table, slot, Flux.empty()).block();
            }
            sink.completeCopy(slot).block();
        } finally {
            sink.close().block();
        }
    }
}
