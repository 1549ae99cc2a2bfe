package dev.sluice.engine.vertx;

import io.vertx.core.Context;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** The bridge between Vert.x's futures and Reactor's Monos. Stateless; any thread. */
public final class Futures {
    private Futures() {}

    /** Begins the work now. The result arrives on the context; an empty Mono gives null. */
    public static <T> Future<@Nullable T> future(Mono<T> mono, Context context) {
        return Future.fromCompletionStage(mono.toFuture(), context);
    }

    /** Waits for work that has begun already; a null result gives an empty Mono. */
    public static <T> Mono<T> mono(Future<T> future) {
        return Mono.fromCompletionStage(future::toCompletionStage);
    }
}
