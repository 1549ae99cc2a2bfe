package dev.sluice.engine.source;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Turns the committed changes of one database into a backpressured stream of batches. */
public interface Source {
    /** What comes before the stream: checks, the snapshot, and the end of it all. */
    Origin origin();

    /**
     * The changes after {@code after}, whole transactions in commit order, as they are committed; never completes.
     *
     * <p>Cold, one subscriber at a time. A batch is made only when one is asked for; without demand nothing is read, and
     * the connection is kept alive all the same. Emits batches on a thread of the source's own, which a subscriber may
     * hold up for as long as it takes to hand the batch on. The position never goes back, and moves too when there is
     * nothing to send. As soon as it is connected it says so with {@link ChangeBatch#unmoved}, or a pipeline that lost an
     * idle source would not know that it is back; such a batch may come at any time and wakes no sink. Fails with a {@link dev.sluice.engine.change.SyncException}; whether to subscribe again is the
     * caller's decision. Cancelling frees the connection.
     *
     * @param after a position that this stream has returned, or a snapshot's
     */
    Flux<ChangeBatch> changes(Position after);

    /**
     * The server may forget everything up to here. Cheap, any thread, only ever moves forward: an earlier position than
     * the last is ignored. Takes effect with the next status message, at the latest when the source is closed.
     */
    void confirm(Position durable);

    /** Tells the server the last confirmed position, then frees everything. May be called more than once. */
    Mono<Void> close();
}
