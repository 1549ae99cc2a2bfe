package dev.sluice.engine.sink;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A sink that keeps its position in the target, in the transaction of the rows, so that each change is applied exactly
 * once. It takes the first copy chunk by chunk rather than through {@link #write}. {@link #open} returns
 * {@link Position#NONE} until {@link #completeCopy} is durable.
 *
 * <p>What fails here with SINK_UNAVAILABLE is called again, without {@link #open} in between, since others may be
 * under way: {@link #copy} for that chunk alone, from its first row.
 */
public interface TransactionalSink extends Sink {
    /**
     * Makes the target ready for a copy: creates missing tables, checks those that exist and reports every misfit at once
     * (SINK_MISFIT), and empties what an earlier, unfinished copy of its own had filled. A table that holds rows of somebody
     * else's is refused, never emptied.
     *
     * @param tables of which something is to be copied
     * @param start where the stream goes on afterwards; without meaning for a sink that has a position already
     * @param kept those of {@link #copied} that stay; of a table of which none stays the rows go
     */
    Mono<Void> prepareCopy(List<Relation> tables, Position start, List<CopiedChunk> kept);

    /** The same before a first copy, of which nothing is kept. */
    default Mono<Void> prepareCopy(List<Relation> tables, Position start) {
        return prepareCopy(tables, start, List.of());
    }

    /** What it holds of the source's tables, as recorded with the rows. */
    Mono<List<CopiedChunk>> copied();

    /**
     * Copies one chunk of a table; durable, all or nothing, with its own record, when the Mono completes. May run for several
     * tables, and several chunks of one, at once. A chunk that is recorded already is not copied again.
     *
     * @param readAt the snapshot's boundary, which becomes part of the record
     * @param rows batches of READs, all of {@code table}; may be left unread
     * @return number of rows
     */
    Mono<Long> copy(Relation table, CopyChunk chunk, Position readAt, Flux<ChangeBatch> rows);

    /** Copies a table that is not divided. */
    default Mono<Long> copy(Relation table, Position readAt, Flux<ChangeBatch> rows) {
        return copy(table, CopyChunk.WHOLE, readAt, rows);
    }

    /** All chunks of all tables are there: from now on {@link #open} returns {@code start}, or what came after it. */
    Mono<Position> completeCopy(Position start);
}
