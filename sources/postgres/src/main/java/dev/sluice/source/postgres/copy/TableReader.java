package dev.sluice.source.postgres.copy;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.CopyBatchBuilder;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.SqlStates;
import java.sql.SQLException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyOut;
import reactor.core.publisher.SynchronousSink;

/** Reads one table by COPY on a worker's thread, a batch for each call. {@link #stop} may be called from any thread. */
final class TableReader {
    private final CopyWorker worker;
    private final Relation relation;
    private final String statement;
    private final CopyBatchBuilder builder;
    private @Nullable CopyOut copy;
    private boolean ended;
    private volatile boolean stopped;

    TableReader(CopyWorker worker, Relation relation, boolean partitioned, Position snapshot, int batchBytes) {
        this.worker = worker;
        this.relation = relation;
        this.statement = statement(relation, partitioned);
        this.builder = new CopyBatchBuilder(relation, snapshot, batchBytes);
    }

    /** COPY of a table by name is the faster form, but cannot name no column, and a partitioned table has no rows itself. */
    private static String statement(Relation relation, boolean partitioned) {
        String table = Identifiers.qualified(relation.schema(), relation.name());
        String columns = relation.columns().stream()
                .map(Column::name)
                .map(Identifiers::quote)
                .collect(Collectors.joining(", "));
        return partitioned || columns.isEmpty()
                ? "COPY (SELECT " + columns + " FROM " + (partitioned ? "" : "ONLY ") + table + ") TO STDOUT"
                : "COPY " + table + " (" + columns + ") TO STDOUT";
    }

    TableReader open() {
        try {
            copy = worker.connection().getCopyAPI().copyOut(statement);
            return this;
        } catch (SQLException error) {
            if (stopped) {
                return this; // nobody is there to be told
            }
            throw SqlStates.source("copy " + relation.displayName(), error);
        }
    }

    /** Emits the next batch, or completes after the last row. */
    TableReader emit(SynchronousSink<ChangeBatch> sink) {
        CopyOut reading = copy;
        try {
            while (reading != null && !stopped && !ended && !builder.isFull()) {
                byte[] line = reading.readFromCopy();
                if (line == null) {
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
