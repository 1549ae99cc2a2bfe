package dev.sluice.engine.sink;

import dev.sluice.engine.change.SourceIdentity;
import java.util.List;
import reactor.core.publisher.Mono;

/**
 * Makes sinks of one type; found with {@link java.util.ServiceLoader}.
 *
 * @param <C> its configuration, a record whose components are the keys under {@code sinks: <name>:}
 */
public interface SinkProvider<C extends Record> {
    /** The word after {@code type:}. */
    String type();

    Class<C> configType();

    /** Opens nothing yet. Fails with CONFIGURATION when values do not go together. */
    Sink create(C config, SinkContext context);

    /**
     * Removes what the sink keeps for itself in the target (its position, never rows), for a pipeline that is torn down.
     *
     * @param really false to only tell
     * @return what was, or would be, removed, one line each
     */
    default Mono<List<String>> teardown(C config, SinkContext context, SourceIdentity source, boolean really) {
        return Mono.just(List.of());
    }
}
