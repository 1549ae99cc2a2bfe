package dev.sluice.testkit.source;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.testkit.change.RecordedChange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/**
 * A subscriber that asks for batches one by one and notes what breaks the contract: a batch that nobody asked for, a
 * position that goes back. Its methods are for one test thread; batches come on any.
 */
public final class BatchProbe implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final List<RecordedChange> changes = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private final Receiver receiver = new Receiver();
    private Position last;
    private long requested;
    private long received;
    private @Nullable Throwable error;

    private BatchProbe(Position after) {
        last = after;
    }

    /** Subscribes, asks for nothing yet. */
    public static BatchProbe subscribe(Flux<ChangeBatch> batches, Position after) {
        BatchProbe probe = new BatchProbe(after);
        batches.subscribe(probe.receiver);
        return probe;
    }

    /** Asks for one batch after the other until the condition holds. */
    public BatchProbe until(Predicate<BatchProbe> condition) throws TimeoutException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            if (requestOneUnless(condition)) {
                return this;
            }
            await(deadline);
        }
    }

    /** Asks for one batch and waits for it. */
    public BatchProbe next() throws TimeoutException, InterruptedException {
        long before = received();
        return until(probe -> probe.received() > before);
    }

    public BatchProbe untilChanges(int count) throws TimeoutException, InterruptedException {
        return until(probe -> probe.changes().size() >= count);
    }

    /** Until everything up to there has been seen. */
    public BatchProbe untilPosition(long lsn) throws TimeoutException, InterruptedException {
        return until(probe -> Long.compareUnsigned(probe.last().lsn(), lsn) >= 0);
    }

    /** All changes so far, in the order in which they came. */
    public synchronized List<RecordedChange> changes() {
        return List.copyOf(changes);
    }

    /** Where the stream stands. */
    public synchronized Position last() {
        return last;
    }

    /** Number of batches so far. */
    public synchronized long received() {
        return received;
    }

    /** What the source did that it must not do. */
    public synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    /** Waits for the stream to fail. */
    public Throwable error() throws TimeoutException, InterruptedException {
        try {
            until(probe -> false);
            throw new IllegalStateException("until() cannot return here");
        } catch (StreamFailed failed) {
            return failed.getCause();
        }
    }

    /** Cancels. */
    @Override
    public void close() {
        receiver.cancel();
    }

    /** Asks before it looks, so that what is looked at is the newest. */
    private boolean requestOneUnless(Predicate<BatchProbe> condition) {
        synchronized (this) {
            if (condition.test(this)) {
                return true;
            }
            if (error != null) {
                throw new StreamFailed(error);
            }
            if (requested > received) {
                return false;
            }
            requested++;
        }
        receiver.request(1);
        return false;
    }

    private synchronized void await(long deadline) throws TimeoutException, InterruptedException {
        while (requested > received && error == null) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                throw new TimeoutException("no batch came; at " + last + " after " + changes);
            }
            wait(left);
        }
    }

    private synchronized void receive(ChangeBatch batch) {
        received++;
        if (received > requested) {
            violations.add("batch " + batch + " was not asked for");
        }
        for (RecordedChange change : RecordedChange.of(batch)) {
            if (!change.position().isAfter(last)) {
                violations.add(change + " comes after " + last);
            }
            last = change.position();
            changes.add(change);
        }
        if (last.isAfter(batch.last())) {
            violations.add("position " + batch.last() + " comes after " + last);
        }
        last = batch.last();
        notifyAll();
    }

    private synchronized void fail(Throwable failure) {
        error = failure;
        notifyAll();
    }

    /** The stream ended with this cause. */
    private static final class StreamFailed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final Throwable cause;

        StreamFailed(Throwable cause) {
            super(cause);
            this.cause = cause;
        }

        @Override
        public synchronized Throwable getCause() {
            return cause;
        }
    }

    private final class Receiver extends BaseSubscriber<ChangeBatch> {
        @Override
        protected void hookOnSubscribe(Subscription subscription) {
            // Nothing is asked for until a test does.
        }

        @Override
        protected void hookOnNext(ChangeBatch batch) {
            receive(batch);
        }

        @Override
        protected void hookOnError(Throwable failure) {
            fail(failure);
        }

        @Override
        protected void hookOnComplete() {
            fail(new IllegalStateException("the stream completed, which it never may"));
        }
    }
}
