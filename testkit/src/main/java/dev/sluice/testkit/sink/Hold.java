package dev.sluice.testkit.sink;

import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/** A call that waits. Any thread. */
public final class Hold {
    private final Sinks.Empty<Void> reached = Sinks.empty();
    private final Sinks.Empty<Void> released = Sinks.empty();

    /** Completes when a call waits here. */
    public Mono<Void> reached() {
        return reached.asMono();
    }

    /** Lets the call go on; it need not be waiting yet. */
    public void release() {
        released.tryEmitEmpty();
    }

    Mono<Void> await() {
        return Mono.defer(() -> {
            reached.tryEmitEmpty();
            return released.asMono();
        });
    }
}
