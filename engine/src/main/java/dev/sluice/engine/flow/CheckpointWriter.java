package dev.sluice.engine.flow;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.checkpoint.CheckpointStore;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * Saves the positions of sinks that do not keep their own. Only the newest of each sink matters, so while one save is
 * under way, or shortly after it, newer ones replace each other: the disk sees at most ten a second. A position counts as
 * durable, and may be confirmed to the source, only after it has been saved. When the disk refuses, nothing is confirmed
 * and the save is tried again every second; when the store itself is wrong, {@link #refused} says so. Safe for any thread.
 */
final class CheckpointWriter {
    private static final Logger LOG = LoggerFactory.getLogger(CheckpointWriter.class);
    private static final Duration BETWEEN_SAVES = Duration.ofMillis(100);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final String pipeline;
    private final CheckpointStore store;
    private final Scheduler scheduler;
    private final Scheduler.Worker worker;
    private final BiConsumer<String, Position> saved;
    private final Map<String, Position> pending = new LinkedHashMap<>();
    private final Sinks.Empty<Void> refused = Sinks.empty();
    private boolean scheduled;
    private volatile @Nullable SyncException trouble;
    private boolean closed;

    /** @param saved told of each position after it has been saved, on the scheduler's thread */
    CheckpointWriter(String pipeline, CheckpointStore store, Scheduler scheduler, BiConsumer<String, Position> saved) {
        this.pipeline = pipeline;
        this.store = store;
        this.scheduler = scheduler;
        this.worker = scheduler.createWorker();
        this.saved = saved;
    }

    /** Has {@code position} saved before long. */
    synchronized void record(String sink, Position position) {
        pending.merge(sink, position, Position::max);
        if (!scheduled && !closed) {
            scheduled = true;
            worker.schedule(this::saveAndPause);
        }
    }

    /** Fails when saving failed in a way that trying again does not mend; never completes. */
    Mono<Void> refused() {
        return refused.asMono();
    }

    /** Why positions cannot be saved at present, or null. */
    @Nullable SyncException trouble() {
        return trouble;
    }

    private void saveAndPause() {
        Duration pause = save() ? BETWEEN_SAVES : AFTER_FAILURE;
        synchronized (this) {
            if (!closed) {
                worker.schedule(this::next, pause.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    private void next() {
        synchronized (this) {
            scheduled = !pending.isEmpty();
            if (!scheduled) {
                return;
            }
        }
        saveAndPause();
    }

    private boolean save() {
        Map<String, Position> positions;
        synchronized (this) {
            positions = new LinkedHashMap<>(pending);
            pending.clear();
        }
        for (Map.Entry<String, Position> entry : positions.entrySet()) {
            try {
                store.save(pipeline, entry.getKey(), entry.getValue());
                saved.accept(entry.getKey(), entry.getValue());
            } catch (RuntimeException e) {
                failed(SyncException.from(e), positions);
                return false;
            }
        }
        if (trouble != null) {
            trouble = null;
            LOG.info("{}: checkpoints can be saved again", pipeline);
        }
        return true;
    }

    private void failed(SyncException error, Map<String, Position> positions) {
        synchronized (this) {
            positions.forEach((sink, position) -> pending.merge(sink, position, Position::max));
        }
        if (!Backoff.isRetryable(error)) {
            refused.tryEmitError(error);
        } else if (trouble == null) {
            trouble = error;
            LOG.error(
                    "{}: checkpoints cannot be saved, nothing is confirmed until they can: {}",
                    pipeline,
                    error.getMessage());
        }
    }

    /** Completes when everything that was recorded before has been saved; waits for a disk that refuses. */
    Mono<Void> settled() {
        return Mono.<Boolean>create(sink -> worker.schedule(() -> sink.success(save())))
                .filter(isSaved -> isSaved)
                .repeatWhenEmpty(attempts -> attempts.delayElements(AFTER_FAILURE, scheduler))
                .then()
                .takeUntilOther(refused());
    }

    /** Saves what is pending, if the disk lets us, and ends. */
    Mono<Void> close() {
        return Mono.<Void>create(sink -> {
                    synchronized (this) {
                        closed = true;
                    }
                    worker.schedule(() -> {
                        save();
                        sink.success();
                    });
                })
                .doFinally(signal -> worker.dispose());
    }
}
