package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ChangeBatch.Encoding;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.Sink;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** A sink that notes what it gets and does with each write what it was told beforehand, first in, first out. */
final class ScriptedSink implements Sink {
    private final Deque<Function<ChangeBatch, Mono<Position>>> script = new ArrayDeque<>();
    final List<Position> written = new ArrayList<>();
    int copiedRows;
    int opens;
    boolean closed;

    /** The next write fails before anything is written. */
    ScriptedSink reject(SyncException error) {
        return then(batch -> Mono.error(error));
    }

    /** The next write gets through but fails all the same. */
    ScriptedSink failAfterWrite(SyncException error) {
        return then(batch -> {
            note(batch);
            return Mono.error(error);
        });
    }

    /** The next write never ends. */
    ScriptedSink hold() {
        return then(batch -> Mono.never());
    }

    ScriptedSink then(Function<ChangeBatch, Mono<Position>> behaviour) {
        script.add(behaviour);
        return this;
    }

    private void note(ChangeBatch batch) {
        if (batch.encoding() == Encoding.COPY_TEXT) {
            copiedRows += batch.size();
            return;
        }
        for (int change = 0; change < batch.size(); change++) {
            written.add(batch.position(change));
        }
    }

    @Override
    public Mono<Position> open(SourceIdentity source) {
        opens++;
        return Mono.just(Position.NONE);
    }

    @Override
    public Mono<Position> write(ChangeBatch batch) {
        if (!script.isEmpty() && (!batch.isEmpty() || batch.encoding() == Encoding.COPY_TEXT)) {
            return Objects.requireNonNull(script.poll()).apply(batch);
        }
        note(batch);
        return Mono.just(batch.last());
    }

    @Override
    public Mono<Void> close() {
        return Mono.fromRunnable(() -> closed = true);
    }
}
