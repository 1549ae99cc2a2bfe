package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.postgres.Connections;
import dev.sluice.sink.postgres.CheckpointTable.Claim;
import java.sql.PreparedStatement;
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
 * Copies tables with COPY FROM STDIN, each in one transaction together with its row in {@code sluice.copied}. Blocks, so it
 * runs on the sink's threads, one for each table; more tables than threads wait.
 */
final class TableCopier {
    private static final Logger log = LoggerFactory.getLogger(TableCopier.class);

    /** Only the instance that holds the claim may record, and the row lock keeps it so until the commit. */
    private static final String RECORD = """
            INSERT INTO sluice.copied (pipeline, sink, table_schema, table_name, row_count, copied_at)
            SELECT c.pipeline, c.sink, ?, ?, ?, clock_timestamp() FROM sluice.checkpoint c
            WHERE c.pipeline = ? AND c.sink = ? AND c.epoch = ? FOR SHARE
            """;

    private final Connections connections;
    private final SinkThreads threads;
    private final Set<PgConnection> active = ConcurrentHashMap.newKeySet();

    TableCopier(Connections connections, SinkThreads threads) {
        this.connections = connections;
        this.threads = threads;
    }

    /** @return number of rows */
    Mono<Long> copy(TableMapping table, Flux<ChangeBatch> rows, Claim claim, boolean triggersSilent) {
        return Mono.defer(() -> {
            AtomicBoolean cancelled = new AtomicBoolean();
            return Mono.<Long>fromCallable(() -> copyUnless(cancelled, table, rows, claim, triggersSilent))
                    .subscribeOn(threads.copying())
                    .doOnCancel(() -> cancelled.set(true));
        });
    }

    /** Cancelling interrupts the thread. What comes of that is no error, and nobody is there to be told of it. */
    private @Nullable Long copyUnless(
            AtomicBoolean cancelled, TableMapping table, Flux<ChangeBatch> rows, Claim claim, boolean triggersSilent)
            throws SQLException {
        try {
            return copyBlocking(table, rows, claim, triggersSilent);
        } catch (SQLException | RuntimeException error) {
            if (!cancelled.get()) {
                throw error;
            }
            log.debug("the copy of {} was cancelled", table.target().displayName(), error);
            return null;
        }
    }

    private long copyBlocking(TableMapping table, Flux<ChangeBatch> rows, Claim claim, boolean triggersSilent)
            throws SQLException {
        try (PgConnection connection = connections.open()) {
            active.add(connection);
            try {
                TargetConnector.configure(connection, triggersSilent);
                connection.setAutoCommit(false);
                long count = copyRows(table, rows, connection);
                record(table, count, claim, connection);
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

    private static void record(TableMapping table, long count, Claim claim, PgConnection connection)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RECORD)) {
            statement.setString(1, table.target().schema());
            statement.setString(2, table.target().name());
            statement.setLong(3, count);
            statement.setString(4, claim.pipeline());
            statement.setString(5, claim.sink());
            statement.setLong(6, claim.epoch());
            if (statement.executeUpdate() != 1) {
                throw claim.fenced();
            }
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
