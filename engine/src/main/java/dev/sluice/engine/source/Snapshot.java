package dev.sluice.engine.source;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** All matched tables as they were at one boundary of the stream, so that copy and stream meet without gap or overlap. */
public interface Snapshot {
    /** The boundary: the rows hold what was committed before, and nothing else. */
    Position position();

    /** What there is to read: each table whole, or all its chunks. */
    List<TableCopy> tables();

    /**
     * The rows of one table, or one chunk, as batches of READs in COPY's text format; completes after the last. Cold; reads only on
     * demand. Several may be read at once, as many as the source is configured for; more wait their turn.
     */
    Flux<ChangeBatch> rows(TableCopy table);

    /** Gives up the view. May be called more than once. */
    Mono<Void> close();
}
