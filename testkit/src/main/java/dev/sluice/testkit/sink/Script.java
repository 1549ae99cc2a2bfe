package dev.sluice.testkit.sink;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * The faults to come: each call of {@code write} or {@code copy} takes the next, first in, first out; calls after the last
 * are served. Faults of {@code open} are a queue of their own. Any thread.
 */
public final class Script {
    private final Queue<Fault> writes = new ConcurrentLinkedQueue<>();
    private final Queue<SyncException> opens = new ConcurrentLinkedQueue<>();

    public Script then(Fault fault) {
        writes.add(fault);
        return this;
    }

    /** The next call is served. */
    public Script serve() {
        return then(new Fault.None());
    }

    /** As when the other system is not there: to be retried. */
    public Script reject() {
        return then(new Fault.Reject(new SyncException(ErrorKind.SINK_UNAVAILABLE, "scripted: rejected")));
    }

    public Script reject(ErrorKind kind) {
        return then(new Fault.Reject(new SyncException(kind, "scripted: rejected")));
    }

    public Script failAfterWrite() {
        return then(new Fault.FailAfterWrite(
                new SyncException(ErrorKind.SINK_UNAVAILABLE, "scripted: answer lost after the write")));
    }

    public Script slow(Duration delay) {
        return then(new Fault.Slow(delay));
    }

    /** The call waits until the returned hold is released. */
    public Hold hold() {
        Hold hold = new Hold();
        then(new Fault.Held(hold));
        return hold;
    }

    /** The next call of {@code open} fails. */
    public Script failOpen(ErrorKind kind) {
        opens.add(new SyncException(kind, "scripted: open failed"));
        return this;
    }

    /** Whether every scripted fault has happened. */
    public boolean isPlayed() {
        return writes.isEmpty() && opens.isEmpty();
    }

    Fault nextWrite() {
        Fault next = writes.poll();
        return next == null ? new Fault.None() : next;
    }

    void open() {
        SyncException error = opens.poll();
        if (error != null) {
            throw error;
        }
    }
}
