package dev.sluice.engine.source;

import dev.sluice.engine.change.Position;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** What is done with a source outside its stream. None of this runs while the stream is subscribed, but {@link #now} and {@link #arrivals}. */
public interface Origin {
    /**
     * Connects and looks, changes nothing. Fails with a {@link dev.sluice.engine.change.SyncException} that holds every
     * problem found, not just the first.
     */
    Mono<SourceState> inspect();

    /**
     * Starts afresh: drops what an earlier start left (a slot of ours whose copy never finished), makes what the stream
     * needs (publication, slot) and opens a view of all tables as they were at one position of the stream.
     */
    Mono<Snapshot> snapshot();

    /**
     * Opens a view of some tables as they are now, at a position not before what the stream has been confirmed to, for what
     * was not copied when the stream began. What it needs is made: tables that came to the publication. Publication and
     * slot stay what they are otherwise. Waits until transactions have ended that are open in the source, and completes empty if
     * that takes too long.
     *
     * @param missing OIDs of the tables, of those that {@link #inspect} found
     * @param begun OIDs of tables of which chunks by key are held, so that others of that kind complete them
     * @param patience how long to wait for transactions, to the second
     */
    Mono<Snapshot> later(Set<Long> missing, Set<Long> begun, Duration patience);

    /**
     * Names, for people, of tables that match and were not there when {@link #inspect} looked last, as long as that is so.
     * Looks now and then while subscribed; never completes and never fails, as it is the stream that tells of a source
     * that is away.
     */
    Flux<String> arrivals();

    /** A position that everything committed before this call is at or before, and that the stream will reach by itself. */
    Mono<Position> now();

    /**
     * Drops what {@link #snapshot} made.
     *
     * @param really false to only tell
     * @return what was, or would be, dropped, one line each
     */
    Mono<List<String>> teardown(boolean really);
}
