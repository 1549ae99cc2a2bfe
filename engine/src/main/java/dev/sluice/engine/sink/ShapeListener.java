package dev.sluice.engine.sink;

import dev.sluice.engine.change.ShapeChange;
import reactor.core.publisher.Mono;

/** A sink that can tell its readers that a table has another shape. */
public interface ShapeListener extends Sink {
    /** Whether it wants to be told. */
    boolean wantsShapes();

    /**
     * Called before the first change in the new shape is written, never at the same time as another call. Called again if it
     * fails, and it may be called again if the write after it does.
     *
     * @return completes when the message is as durable as a change would be
     */
    Mono<Void> altered(ShapeChange change);
}
