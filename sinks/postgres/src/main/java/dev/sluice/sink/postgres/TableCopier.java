package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.KeyRange;
import dev.sluice.engine.change.Position;
import dev.sluice.postgres.Connections;
import dev.sluice.sink.postgres.CheckpointTable.Claim;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
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

    /** Only the instance that holds the claim may record, and the row lock keeps it so until the commit. */
    private static final String RECORD = """
            INSERT INTO sluice.copied
              (pipeline, sink, table_schema, table_name, chunk, chunk_count, row_count, copied_at, relation, key_range,
               read_at)
            SELECT c.pipeline, c.sink, ?, ?, ?, ?, ?, clock_timestamp(), ?, ?, ?::text::pg_lsn FROM sluice.checkpoint c
            WHERE c.pipeline = ? AND c.sink = ? AND c.epoch = ? FOR SHARE
            """;

    /** A COMMIT whose answer was lost may have got through. */
    private static final String RECORDED = """
            SELECT row_count FROM sluice.copied
            WHERE pipeline = ? AND sink = ? AND table_schema = ? AND table_name = ? AND chunk = ? AND chunk_count = ?
            """;

    private final Connections connections;
    private final SinkThreads threads;
    private final Set<PgConnection> active = ConcurrentHashMap.newKeySet();

    TableCopier(Connections connections, SinkThreads threads) {
        this.connections = connections;
        this.threads = threads;
    }

    /** Where rows go, and under which name that is recorded. */
    private record Destination(TableMapping table, CopiedChunk source, Claim claim) {
        CopyChunk chunk() {
            return source.chunk();
        }
    }

    /** @return number of rows */
    Mono<Long> copy(
            TableMapping table, CopiedChunk source, Flux<ChangeBatch> rows, Claim claim, boolean triggersSilent) {
        Destination destination = new Destination(table, source, claim);
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
                Long recorded = recorded(destination, connection);
                if (recorded != null) {
                    return recorded;
                }
                long count = copyRows(destination.table(), rows, connection);
                record(destination, count, connection);
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

    private static @Nullable Long recorded(Destination destination, PgConnection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RECORDED)) {
            statement.setString(1, destination.claim().pipeline());
            statement.setString(2, destination.claim().sink());
            statement.setString(3, destination.table().target().schema());
            statement.setString(4, destination.table().target().name());
            statement.setInt(5, destination.chunk().number());
            statement.setInt(6, destination.chunk().count());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : null;
            }
        }
    }

    private static void record(Destination destination, long count, PgConnection connection) throws SQLException {
        Claim claim = destination.claim();
        try (PreparedStatement statement = connection.prepareStatement(RECORD)) {
            statement.setString(1, destination.table().target().schema());
            statement.setString(2, destination.table().target().name());
            statement.setInt(3, destination.chunk().number());
            statement.setInt(4, destination.chunk().count());
            statement.setLong(5, count);
            KeyRange range = destination.chunk().range();
            statement.setLong(6, destination.source().relation());
            statement.setString(7, range == null ? "" : range.toString());
            statement.setString(
                    8, Position.formatLsn(destination.source().readAt().lsn()));
            statement.setString(9, claim.pipeline());
            statement.setString(10, claim.sink());
            statement.setLong(11, claim.epoch());
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
