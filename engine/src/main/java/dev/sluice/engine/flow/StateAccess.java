package dev.sluice.engine.flow;

import dev.sluice.engine.checkpoint.CheckpointStore;
import java.util.function.Consumer;
import java.util.function.Function;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** The checkpoint store, whose calls block, from where nothing may block. */
record StateAccess(CheckpointStore store, Scheduler scheduler) {
    Mono<Void> run(Consumer<CheckpointStore> work) {
        return Mono.<Void>fromRunnable(() -> work.accept(store)).subscribeOn(scheduler);
    }

    /** @param question never answered with null */
    <T> Mono<T> ask(Function<CheckpointStore, T> question) {
        return Mono.fromCallable(() -> question.apply(store)).subscribeOn(scheduler);
    }
}
