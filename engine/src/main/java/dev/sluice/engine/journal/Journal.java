package dev.sluice.engine.journal;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;

/**
 * The buffer between the source and the lanes, bounded in bytes. The source appends each batch once; every lane reads
 * from its own place. Safe for any thread.
 *
 * <p>A batch is kept until every lane has it durably, so that a lane whose sink failed can go back to its last durable
 * position. When room is short, batches that every lane has written are given up early, although one of them may only
 * become durable with a commit that is still to come; if that lane fails, {@link #rereadNeeded()} asks for the source
 * to be read again. Batches that some lane has not written yet are never given up: the source waits, see {@link #append}.
 *
 * <p>It holds at most its limit and one batch; one more may wait outside.
 *
 * <p>Invariants: floor &lt;= durable &lt;= written &lt;= taken &lt;= tail for each lane that lies within the journal, and
 * the journal holds everything after {@code floor} up to {@code tail} without a gap.
 */
public final class Journal {
    private final long limitBytes;
    private final List<JournalReader> readers = new ArrayList<>();
    private final Window window = new Window();
    private Position floor;
    private Position tail;
    private boolean finished;
    private @Nullable Position rereadAfter;
    private @Nullable MonoSink<Void> rereader;
    private @Nullable Append waitingForRoom;

    /** A batch that the source has handed over and waits with. */
    private static final class Append {
        private final ChangeBatch batch;
        private final MonoSink<Position> sink;
        private boolean admitted;

        Append(ChangeBatch batch, MonoSink<Position> sink) {
            this.batch = batch;
            this.sink = sink;
        }

        void complete() {
            sink.success(batch.last());
        }
    }

    /**
     * An empty journal.
     *
     * @param limitBytes from which on {@link #append} holds the source back
     * @param start where the source will be read from
     */
    public Journal(long limitBytes, Position start) {
        this.limitBytes = limitBytes;
        this.floor = start;
        this.tail = start;
    }

    /**
     * A reader for one more lane. All of them are made before the first batch is appended.
     *
     * @param durable what the lane already has, at or after the start of the journal
     */
    public synchronized JournalReader reader(Position durable) {
        if (floor.isAfter(durable)) {
            throw new IllegalStateException("the journal starts at " + floor + ", after " + durable);
        }
        JournalReader reader = new JournalReader(this, durable, window.firstNumber());
        readers.add(reader);
        return reader;
    }

    /**
     * Where the source is to be subscribed from: called once before each subscription. Batches of the subscription before
     * that come late, after a reread was asked for, have been dropped.
     */
    public synchronized Position resume() {
        Position after = rereadAfter;
        if (after != null) {
            rereadAfter = null;
            floor = after;
            tail = after;
        }
        return tail;
    }

    /**
     * Completes when the source has to be subscribed again, from {@link #resume()}, because the journal no longer has what
     * a lane needs. For one subscriber, the subscription that is to end; a later one takes its place.
     */
    public Mono<Void> rereadNeeded() {
        return Mono.create(sink -> {
            boolean needed;
            synchronized (this) {
                needed = rereadAfter != null;
                rereader = needed ? null : sink;
            }
            if (needed) {
                sink.success();
            }
        });
    }

    /**
     * Appends the next batch of the source; emits its position when there is room for another, or nothing for a batch that
     * does not move. When there is no room even for this one, because a new subscription does not know that the one
     * before it was held back, the batch waits outside, and a subscription that is cancelled meanwhile takes it along.
     */
    public Mono<Position> append(ChangeBatch batch) {
        return Mono.create(sink -> {
            Append append = new Append(batch, sink);
            List<Runnable> signals = new ArrayList<>();
            add(append, signals);
            sink.onDispose(() -> forget(append));
            signals.forEach(Runnable::run);
        });
    }

    private synchronized void add(Append append, List<Runnable> signals) {
        ChangeBatch batch = append.batch;
        if (rereadAfter != null) {
            signals.add(append::complete);
            return;
        }
        if (tail.isAfter(batch.last())) {
            throw new IllegalStateException("the source went back from " + tail + " to " + batch.last());
        }
        if (batch.isEmpty() && tail.equals(batch.last())) {
            signals.add(append.sink::success); // only says that the source is there
            return;
        }
        waitingForRoom = append;
        makeRoom(signals);
    }

    private synchronized void forget(Append append) {
        if (waitingForRoom == append) {
            waitingForRoom = null;
        }
    }

    /** Where a lane's durable position lets the source forget: the least of them. */
    public synchronized Position durable() {
        Position least = tail;
        for (JournalReader reader : readers) {
            least = least.min(reader.durablePosition());
        }
        return least;
    }

    /** How far the source has been read. */
    public synchronized Position tail() {
        return tail;
    }

    public synchronized long bytes() {
        return window.bytes();
    }

    /** No more batches will come: readers complete when they have read what is there. */
    public void finish() {
        List<Runnable> signals = new ArrayList<>();
        synchronized (this) {
            finished = true;
            for (JournalReader reader : readers) {
                reader.finish(signals);
            }
        }
        signals.forEach(Runnable::run);
    }

    /** What is held. Holds the lock. */
    Window window() {
        return window;
    }

    /**
     * The number of the batch that continues after {@code position}; when that has been given up, asks for the source to
     * be read again and returns the end. A finished journal cannot ask: the lane is at its end, the others read on. Holds
     * the lock.
     */
    long numberAfter(Position position, List<Runnable> signals) {
        if (rereadAfter == null && !floor.isAfter(position)) {
            return window.firstAfter(position);
        }
        if (!finished) {
            askToReread(position, signals);
        }
        return window.endNumber();
    }

    private void askToReread(Position position, List<Runnable> signals) {
        rereadAfter = rereadAfter == null ? position : rereadAfter.min(position);
        window.clear();
        for (JournalReader reader : readers) {
            reader.skipTo(window.endNumber());
        }
        Append waiting = waitingForRoom;
        if (waiting != null) {
            waitingForRoom = null;
            signals.add(waiting::complete);
        }
        MonoSink<Void> subscription = rereader;
        if (subscription != null) {
            rereader = null;
            signals.add(subscription::success);
        }
    }

    /** Gives up what nobody needs any more and lets the source go on when there is room. Holds the lock. */
    void makeRoom(List<Runnable> signals) {
        giveUp();
        Append append = waitingForRoom;
        if (append != null && !append.admitted && window.bytes() <= limitBytes) {
            admit(append, signals);
            giveUp();
        }
        if (append != null && append.admitted && window.bytes() <= limitBytes) {
            waitingForRoom = null;
            signals.add(append::complete);
        }
    }

    private void admit(Append append, List<Runnable> signals) {
        append.admitted = true;
        tail = append.batch.last();
        window.add(append.batch);
        for (JournalReader reader : readers) {
            reader.offer(signals);
        }
    }

    private void giveUp() {
        long written = Long.MAX_VALUE;
        Position durable = tail;
        for (JournalReader reader : readers) {
            written = Math.min(written, reader.writtenNumber());
            durable = durable.min(reader.durablePosition());
        }
        while (!window.isEmpty() && window.firstNumber() < written) {
            if (window.oldest().last().isAfter(durable) && window.bytes() <= limitBytes) {
                break;
            }
            floor = window.removeOldest().last();
        }
    }
}
