package dev.sluice.engine.journal;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;

/**
 * The buffer between the source and the lanes, bounded in bytes. The source appends each batch once; every lane reads
 * from its own place. Safe for any thread.
 *
 * <p>A batch is kept until every lane has it durably, so that a lane whose sink failed can go back to its last durable
 * position. When room is short, batches that every lane has written are given up early, although one of them may only
 * become durable with a commit that is still to come; if that lane fails, {@link #rereads()} asks for the source to be
 * read again. Batches that some lane has not written yet are never given up: the source waits, see {@link #append}.
 *
 * <p>Invariants: floor &lt;= durable &lt;= written &lt;= taken &lt;= tail for each lane that lies within the journal, and
 * the journal holds everything after {@code floor} up to {@code tail} without a gap.
 */
public final class Journal {
    private final long limitBytes;
    private final List<JournalReader> readers = new ArrayList<>();
    private final Window window = new Window();
    private final Sinks.Many<Position> rereads = Sinks.many().multicast().directBestEffort();
    private Position floor;
    private Position tail;
    private @Nullable Position rereadAfter;
    private @Nullable MonoSink<Void> waitingForRoom;

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

    /** Emits when the source has to be subscribed again, from {@link #resume()}, because the journal no longer has it. */
    public Flux<Position> rereads() {
        return Flux.merge(rereads.asFlux(), Mono.fromSupplier(this::pendingReread));
    }

    /** What was asked for before anybody listened. */
    private synchronized @Nullable Position pendingReread() {
        return rereadAfter;
    }

    /** Appends the next batch of the source; completes when there is room for another. */
    public Mono<Void> append(ChangeBatch batch) {
        return Mono.create(sink -> {
            List<Runnable> signals = add(batch, sink);
            signals.forEach(Runnable::run);
        });
    }

    private synchronized List<Runnable> add(ChangeBatch batch, MonoSink<Void> sink) {
        if (rereadAfter != null) {
            return List.of(sink::success);
        }
        if (tail.isAfter(batch.last())) {
            throw new IllegalStateException("the source went back from " + tail + " to " + batch.last());
        }
        tail = batch.last();
        window.add(batch);
        List<Runnable> signals = new ArrayList<>();
        for (JournalReader reader : readers) {
            reader.offer(signals);
        }
        waitingForRoom = sink;
        makeRoom(signals);
        return signals;
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
     * be read again and returns the end. Holds the lock.
     */
    long numberAfter(Position position, List<Runnable> signals) {
        if (floor.isAfter(position) || rereadAfter != null) {
            Position after = rereadAfter == null ? position : rereadAfter.min(position);
            rereadAfter = after;
            window.clear();
            for (JournalReader reader : readers) {
                reader.skipTo(window.endNumber());
            }
            makeRoom(signals);
            signals.add(() -> rereads.tryEmitNext(after));
            return window.endNumber();
        }
        return window.firstAfter(position);
    }

    /** Gives up what nobody needs any more and lets the source go on when there is room. Holds the lock. */
    void makeRoom(List<Runnable> signals) {
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
        MonoSink<Void> waiting = waitingForRoom;
        if (waiting != null && window.bytes() <= limitBytes) {
            waitingForRoom = null;
            signals.add(waiting::success);
        }
    }
}
