package dev.sluice.engine.sink;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import reactor.core.publisher.Mono;

/**
 * Makes changes durable in another system. A sink never blocks the thread that calls it, and calls never overlap for one
 * sink. Errors are {@link dev.sluice.engine.change.SyncException}s; the sink itself never retries, its lane does.
 *
 * @see TransactionalSink
 */
public interface Sink {
    /**
     * Connects, and lets go of whatever an earlier attempt left half done. Called before the first write, again after
     * each failed one, and between two writes before tables that came later are copied.
     *
     * @param source which stream the positions belong to; fails with STATE_MISMATCH if what the sink holds is another's
     * @return the position that this sink itself durably has; {@link Position#NONE} if it has none or keeps none
     */
    Mono<Position> open(SourceIdentity source);

    /**
     * Writes a batch. It may be given again what lies after its last returned position.
     *
     * <p>Rows of a copy ({@link ChangeBatch.Encoding#COPY_TEXT}) come before the stream, and may be as of a later position
     * than the one from which that goes on: what is returned for them is {@code batch.last()}, and says nothing about what
     * comes after them.
     *
     * @return the position that is durable now, normally {@code batch.last()}; a transactional sink in the middle of a
     *     huge source transaction returns the boundary before it and goes on in its open transaction
     */
    Mono<Position> write(ChangeBatch batch);

    /** Frees everything; what was not returned as durable may be given up. May be called more than once. */
    Mono<Void> close();
}
