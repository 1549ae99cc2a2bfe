package dev.sluice.engine.journal;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Transaction;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * One lane's place in the {@link Journal}. The lane takes a batch, writes it, says so, and only then takes the next;
 * these calls may come from different threads but not at the same time. {@link #durable} may come at any time.
 */
public final class JournalReader {
    private final Journal journal;
    private Position durable;
    /** The last position that the lane has written; what comes again up to here is left out. */
    private Position written;
    /** Number of the first batch that has not been taken. */
    private long next;
    /** Number of the first batch that has not been written. */
    private long unwritten;

    private boolean finished;
    private @Nullable Waiting waiting;

    JournalReader(Journal journal, Position durable, long next) {
        this.journal = journal;
        this.durable = durable;
        this.written = durable;
        this.next = next;
        this.unwritten = next;
    }

    private record Waiting(MonoSink<ChangeBatch> sink, long maxBytes) {}

    /**
     * What has arrived since the last batch, joined into one of up to {@code maxBytes}; waits until there is something.
     * Completes empty when the journal is finished and read to its end. Emits on the thread that appends.
     */
    public Mono<ChangeBatch> next(long maxBytes) {
        return Mono.create(sink -> {
            List<Runnable> signals = new ArrayList<>();
            synchronized (journal) {
                waiting = new Waiting(sink, maxBytes);
                offer(signals);
                journal.makeRoom(signals); // what this lane leaves out may be all that the source waits for
            }
            sink.onDispose(() -> forget(sink));
            signals.forEach(Runnable::run);
        });
    }

    private void forget(MonoSink<ChangeBatch> sink) {
        synchronized (journal) {
            if (waiting != null && waiting.sink() == sink) {
                waiting = null;
            }
        }
    }

    /** Serves the lane if it waits and there is something. Holds the journal's lock. */
    void offer(List<Runnable> signals) {
        Waiting lane = waiting;
        if (lane == null) {
            return;
        }
        Window window = journal.window();
        while (next < window.endNumber() && !window.get(next).last().isAfter(written)) {
            next++; // read again for another lane's sake
            unwritten = next;
        }
        List<ChangeBatch> batches = window.from(next, lane.maxBytes());
        if (!batches.isEmpty()) {
            waiting = null;
            next += batches.size();
            Position from = written;
            signals.add(() -> lane.sink().success(ChangeBatch.concat(batches).after(from)));
        } else if (finished) {
            waiting = null;
            signals.add(lane.sink()::success);
        }
    }

    /** The batch taken last has been written; its rows count as done even where they are not durable yet. */
    public void written(Position upTo) {
        List<Runnable> signals = new ArrayList<>();
        synchronized (journal) {
            written = written.max(upTo);
            unwritten = next;
            journal.makeRoom(signals);
        }
        signals.forEach(Runnable::run);
    }

    /** What the lane durably has now, so that a restart would go on from here. Never goes back. */
    public void durable(Position position) {
        List<Runnable> signals = new ArrayList<>();
        synchronized (journal) {
            durable = durable.max(position);
            written = written.max(durable);
            journal.makeRoom(signals);
        }
        signals.forEach(Runnable::run);
    }

    /** The sink failed and has only {@code position}: the lane reads again from there, now or after a reread. */
    public void rewind(Position position) {
        List<Runnable> signals = new ArrayList<>();
        synchronized (journal) {
            if (durable.isAfter(position)) {
                throw new IllegalStateException("the sink went back from " + durable + " to " + position);
            }
            written = position;
            next = journal.numberAfter(position, signals);
            unwritten = next;
            journal.makeRoom(signals);
        }
        signals.forEach(Runnable::run);
    }

    /** When the oldest transaction that this lane has yet to write was committed, in microseconds; -1 if there is none. */
    public long oldestUnwrittenCommitMicros() {
        synchronized (journal) {
            Window window = journal.window();
            for (long number = unwritten; number < window.endNumber(); number++) {
                Transaction first = window.get(number).firstTransaction();
                if (first != null) {
                    return first.commitMicros();
                }
            }
            return -1;
        }
    }

    /** Whether the journal is finished and this lane has written all of it. */
    public boolean isFinished() {
        synchronized (journal) {
            return finished && unwritten == journal.window().endNumber();
        }
    }

    /** Whether everything that the source has sent so far is written. */
    public boolean isCaughtUp() {
        synchronized (journal) {
            return unwritten == journal.window().endNumber() && !journal.tail().isAfter(written);
        }
    }

    void finish(List<Runnable> signals) {
        finished = true;
        offer(signals);
    }

    void skipTo(long number) {
        next = number;
        unwritten = number;
    }

    long writtenNumber() {
        return unwritten;
    }

    Position durablePosition() {
        return durable;
    }
}
