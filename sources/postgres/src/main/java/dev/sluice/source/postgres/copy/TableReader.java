package dev.sluice.source.postgres.copy;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.CopyBatchBuilder;
import dev.sluice.engine.change.KeyRange;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.source.TableCopy;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.SqlStates;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyOut;
import org.postgresql.jdbc.PgConnection;
import reactor.core.publisher.SynchronousSink;

/** Reads one table, or some of its pages, by COPY on a worker's thread, a batch for each call. {@link #stop} may be called from any thread. */
final class TableReader {
    private final CopyWorker worker;
    private final Relation relation;
    private final @Nullable PageRange range;
    private final @Nullable KeyRange keys;
    private final String statement;
    private final CopyBatchBuilder builder;
    private @Nullable CopyOut copy;
    private boolean ended;
    private volatile boolean stopped;

    TableReader(
            CopyWorker worker,
            TableCopy table,
            boolean partitioned,
            @Nullable String filter,
            @Nullable PageRange range,
            Position snapshot,
            int batchBytes) {
        this.worker = worker;
        this.relation = table.relation();
        this.range = range;
        this.keys = table.chunk().range();
        this.statement = statement(relation, partitioned, condition(filter, keys, range));
        this.builder = new CopyBatchBuilder(relation, snapshot, batchBytes);
    }

    /** COPY of a table by name is the faster form, but cannot name no column, and a partitioned table has no rows itself. */
    private static String statement(Relation relation, boolean partitioned, String condition) {
        String table = Identifiers.qualified(relation.schema(), relation.name());
        String columns = relation.columns().stream()
                .map(Column::name)
                .map(Identifiers::quote)
                .collect(Collectors.joining(", "));
        return partitioned || columns.isEmpty() || !condition.isEmpty()
                ? "COPY (SELECT " + columns + " FROM " + (partitioned ? "" : "ONLY ") + table + condition
                        + ") TO STDOUT"
                : "COPY " + table + " (" + columns + ") TO STDOUT";
    }

    /** @param filter a condition in parentheses */
    private static String condition(@Nullable String filter, @Nullable KeyRange keys, @Nullable PageRange pages) {
        List<String> conditions = new ArrayList<>();
        if (filter != null) {
            conditions.add(filter);
        }
        if (pages != null) {
            conditions.add(pages.condition());
        }
        if (keys != null && keys.from() != null) {
            conditions.add(Identifiers.quote(keys.column()) + " >= " + keys.from());
        }
        if (keys != null && keys.to() != null) {
            conditions.add(Identifiers.quote(keys.column()) + " < " + keys.to());
        }
        return conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions);
    }

    TableReader open() {
        try {
            PgConnection connection = worker.connection();
            if (range != null) {
                requireSameFile(connection, range);
            }
            if (keys != null) {
                useIndex(connection);
            }
            copy = connection.getCopyAPI().copyOut(statement);
            return this;
        } catch (SQLException error) {
            if (stopped) {
                return this; // nobody is there to be told
            }
            throw SqlStates.source("copy " + relation.displayName(), error);
        }
    }

    /**
     * To read all of the table for each of its chunks would take for ever; and rows that lie in the order of their keys are
     * read faster page by page (a bitmap scan) than one by one. Holds for this transaction.
     */
    private static void useIndex(PgConnection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_indexscan = off");
        }
    }

    /** The lock, which is held until the chunk has been read, keeps the table where it is from then on. */
    private void requireSameFile(PgConnection connection, PageRange pages) throws SQLException {
        String table = Identifiers.qualified(relation.schema(), relation.name());
        try (Statement statement = connection.createStatement()) {
            statement.execute("LOCK TABLE ONLY " + table + " IN ACCESS SHARE MODE");
            try (ResultSet row = statement.executeQuery(
                    "SELECT pg_relation_filenode(" + Identifiers.literal(table) + "::regclass)")) {
                row.next();
                if (row.getLong(1) != pages.fileNode()) {
                    throw new SQLException(
                            "it was rewritten (VACUUM FULL, CLUSTER, TRUNCATE or ALTER TABLE) since the snapshot",
                            "08006");
                }
            }
        }
    }

    /** Emits the next batch, or completes after the last row. */
    TableReader emit(SynchronousSink<ChangeBatch> sink) {
        CopyOut reading = copy;
        try {
            while (reading != null && !stopped && !ended && !builder.isFull()) {
                byte[] line = reading.readFromCopy();
                if (line == null) {
                    worker.release();
                    ended = true;
                } else {
                    builder.add(line);
                }
            }
            if (stopped || builder.isEmpty()) {
                sink.complete();
            } else {
                sink.next(builder.build());
            }
        } catch (SQLException error) {
            // Once stopped, this is the end of the connection that we wanted.
            if (stopped) {
                sink.complete();
            } else {
                sink.error(SqlStates.source("copy " + relation.displayName(), error));
            }
        }
        return this;
    }

    void stop() {
        stopped = true;
    }

    /** Leaves the worker ready for the next table: a COPY that was not read to its end takes the connection with it. */
    void close() {
        stop();
        try {
            if (!ended) {
                worker.discard();
            }
        } catch (SQLException refused) {
            throw SqlStates.source("give up the copy of " + relation.displayName(), refused);
        }
    }
}
