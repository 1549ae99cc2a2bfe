package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.postgres.Connections;
import dev.sluice.sink.postgres.CheckpointTable.Claim;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyIn;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Copies chunks of tables with COPY FROM STDIN, each in one transaction together with its row in {@code sluice.copied}.
 * Blocks, so it runs on the sink's threads, one for each chunk; more chunks than threads wait.
 */
final class TableCopier {
    private static final Logger log = LoggerFactory.getLogger(TableCopier.class);

    private final Connections connections;
    private final SinkThreads threads;
    private final Set<PgConnection> active = ConcurrentHashMap.newKeySet();

    TableCopier(Connections connections, SinkThreads threads) {
        this.connections = connections;
        this.threads = threads;
    }

    /** Where rows go, and under which name that is recorded. */
    private record Destination(TableMapping table, CopiedChunk chunk, CopyRecords records) {}

    /** @return number of rows */
    Mono<Long> copy(
            TableMapping table, CopiedChunk chunk, Flux<ChangeBatch> rows, Claim claim, boolean triggersSilent) {
        Destination destination = new Destination(table, chunk, new CopyRecords(claim));
        return Mono.defer(() -> {
            AtomicBoolean cancelled = new AtomicBoolean();
            return Mono.<Long>fromCallable(() -> copyUnless(cancelled, destination, rows, triggersSilent))
                    .subscribeOn(threads.copying())
                    .doOnCancel(() -> cancelled.set(true));
        });
    }

    /** Cancelling interrupts the thread. What comes of that is no error, and nobody is there to be told of it. */
    private @Nullable Long copyUnless(
            AtomicBoolean cancelled, Destination destination, Flux<ChangeBatch> rows, boolean triggersSilent)
            throws SQLException {
        try {
            return copyBlocking(destination, rows, triggersSilent);
        } catch (SQLException | RuntimeException error) {
            if (!cancelled.get()) {
                throw error;
            }
            log.debug(
                    "the copy of {} was cancelled", destination.table().target().displayName(), error);
            return null;
        }
    }

    private long copyBlocking(Destination destination, Flux<ChangeBatch> rows, boolean triggersSilent)
            throws SQLException {
        try (PgConnection connection = connections.open()) {
            active.add(connection);
            try {
                TargetConnector.configure(connection, triggersSilent);
                connection.setAutoCommit(false);
                Long recorded = destination.records().rows(destination.chunk(), connection);
                if (recorded != null) {
                    return recorded;
                }
                long count = copyRows(destination.table(), rows, connection);
                destination.records().record(destination.chunk(), count, connection);
                connection.commit();
                return count;
            } catch (SQLException | RuntimeException error) {
                // Not CopyIn.cancelCopy(), which never returns once the socket is closed (pgjdbc 42.7.14). The server
                // gives up a COPY whose client has gone.
                connection.abort(Runnable::run);
                throw error;
            } finally {
                active.remove(connection);
            }
        }
    }

    /** The stream's iterator blocks for the next batch, and asks for one more only when one is taken. */
    private static long copyRows(TableMapping table, Flux<ChangeBatch> rows, PgConnection connection)
            throws SQLException {
        CopyIn copy = connection.getCopyAPI().copyIn(table.statements().copy());
        try (Stream<ChangeBatch> batches = rows.toStream(1)) {
            CopyLines lines = new CopyLines(table);
            for (Iterator<ChangeBatch> each = batches.iterator(); each.hasNext(); ) {
                lines.write(each.next(), copy::writeToCopy);
            }
            return copy.endCopy();
        }
    }

    /** Ends copies that are under way: their threads may be waiting for the network. */
    void abort() {
        for (PgConnection connection : active) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException error) {
                log.debug("a connection was gone before its copy could be ended", error);
            }
        }
    }
}
