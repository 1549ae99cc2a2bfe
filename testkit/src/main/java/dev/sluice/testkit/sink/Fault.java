package dev.sluice.testkit.sink;

import dev.sluice.engine.change.SyncException;
import java.time.Duration;

/** What happens to one call of a scripted sink. */
public sealed interface Fault {
    /** Nothing: the call is served. */
    record None() implements Fault {}

    /** Fails, and nothing was written. */
    record Reject(SyncException error) implements Fault {}

    /** Everything was written, and then the answer got lost. */
    record FailAfterWrite(SyncException error) implements Fault {}

    /** Written and answered when the hold is released, not before. */
    record Held(Hold hold) implements Fault {}

    /** Written and answered after this time, on Reactor's parallel scheduler, so virtual time applies. */
    record Slow(Duration delay) implements Fault {}
}
