package dev.sluice.source.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.source.postgres.stream.ReadingSession;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The sessions of a source, of which one may be open at a time. Any thread.
 *
 * @param <S> what reads
 */
final class OneSubscription<S extends ReadingSession> {
    private final Scheduler reading;
    private final AtomicReference<@Nullable S> session = new AtomicReference<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** @param reading where sessions read */
    OneSubscription(Scheduler reading) {
        this.reading = reading;
    }

    /** Batches of a session that is made when somebody subscribes. */
    Flux<ChangeBatch> changes(Supplier<S> maker) {
        return Flux.defer(() -> {
            S opening = begin(maker.get());
            return Flux.<ChangeBatch, ReadingSession>generate(opening::open, ReadingSession::emit, ReadingSession::free)
                    .subscribeOn(reading)
                    .doOnCancel(opening::stop); // out here, where it is heard while the session opens
        });
    }

    private S begin(S opening) {
        S before = session.get();
        boolean free = before == null || before.isStopped();
        if (closed.get() || !free || !session.compareAndSet(before, opening)) {
            throw new IllegalStateException(
                    closed.get() ? "the source is closed" : "the stream has a subscriber already");
        }
        return opening;
    }

    /** What reads, or did last; null before the first time. */
    @Nullable S last() {
        return session.get();
    }

    /** Nothing begins any more. False if that was so before. */
    boolean close() {
        return closed.compareAndSet(false, true);
    }

    /** Ends what reads, and completes when its connections are closed. */
    Mono<Void> freed() {
        return Mono.defer(() -> {
            S last = session.get();
            if (last == null) {
                return Mono.empty();
            }
            last.free();
            return Mono.fromFuture(last.freed());
        });
    }
}
