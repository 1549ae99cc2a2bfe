package dev.sluice.engine.flow;

import dev.sluice.engine.change.Position;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/** Lets callers wait until every lane durably has a position. Safe for any thread. */
final class DurableWatch {
    private final List<Waiter> waiters = new ArrayList<>();
    private Position reached = Position.NONE;

    private record Waiter(Position position, MonoSink<Void> sink) {}

    /** Completes as soon as {@code position} is reached. */
    Mono<Void> until(Position position) {
        return Mono.create(sink -> {
            boolean there;
            synchronized (this) {
                there = !position.isAfter(reached);
                if (!there) {
                    waiters.add(new Waiter(position, sink));
                }
            }
            if (there) {
                sink.success();
            } else {
                sink.onDispose(() -> forget(sink));
            }
        });
    }

    private synchronized void forget(MonoSink<Void> sink) {
        waiters.removeIf(waiter -> waiter.sink() == sink);
    }

    void reached(Position position) {
        List<Waiter> served = new ArrayList<>();
        synchronized (this) {
            reached = reached.max(position);
            for (Waiter waiter : waiters) {
                if (!waiter.position().isAfter(reached)) {
                    served.add(waiter);
                }
            }
            waiters.removeAll(served);
        }
        served.forEach(waiter -> waiter.sink().success());
    }
}
