package dev.sluice.source.postgres.copy;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.source.CopyMode;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.TableCopy;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.source.postgres.SourceSettings;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.postgresql.jdbc.PgConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** The tables as they were when the slot was made, read over a few connections of their own. Any thread. */
public final class PostgresSnapshot implements Snapshot {
    private static final Logger LOG = LoggerFactory.getLogger(PostgresSnapshot.class);

    private final SourceSettings settings;
    private final ExportedSnapshot exported;
    private final ChunkPlan plan;
    private final Set<Long> partitioned;
    private final CopyPool pool;
    private final Scheduler scheduler;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * @param tables those that are published, as the snapshot shows them
     * @param plan in which pieces they are read
     * @param scheduler where closing may block
     */
    private PostgresSnapshot(
            SourceSettings settings,
            Connections connections,
            ExportedSnapshot exported,
            List<Table> tables,
            ChunkPlan plan,
            Scheduler scheduler) {
        this.settings = settings;
        this.exported = exported;
        this.plan = plan;
        this.partitioned =
                tables.stream().filter(Table::isPartitioned).map(Table::oid).collect(Collectors.toSet());
        AtomicInteger number = new AtomicInteger();
        this.pool = new CopyPool(
                settings.copy().workers(),
                () -> new CopyWorker(
                        connections,
                        exported.name(),
                        "sluice-" + settings.pipeline() + "-copy-" + number.incrementAndGet()));
        this.scheduler = scheduler;
    }

    /**
     * Reads the catalog at the snapshot too: a table may have been altered while it was made. Blocks.
     *
     * @param published OIDs of the tables whose changes the stream brings from then on
     * @param begun OIDs of tables of which chunks by key have been copied
     */
    public static PostgresSnapshot of(
            SourceSettings settings,
            Connections connections,
            ExportedSnapshot exported,
            Set<Long> published,
            Set<Long> begun,
            Scheduler scheduler)
            throws SQLException {
        try (PgConnection connection = connections.open()) {
            ExportedSnapshot.takeUp(connection, exported.name());
            TableCatalogue catalogue = new TableCatalogue(connection);
            List<Table> tables = settings.copy().mode() == CopyMode.NEVER
                    ? List.of()
                    : catalogue.tables(settings.tables()).stream()
                            .filter(table -> published.contains(table.oid()))
                            .toList();
            ChunkPlan plan = ChunkPlan.make(
                    connection,
                    tables,
                    catalogue.sizes(published),
                    settings.copy().chunkBytes(),
                    begun);
            return new PostgresSnapshot(settings, connections, exported, tables, plan, scheduler);
        }
    }

    @Override
    public Position position() {
        return exported.position();
    }

    @Override
    public List<TableCopy> tables() {
        return plan.copies();
    }

    @Override
    public Flux<ChangeBatch> rows(TableCopy table) {
        return pool.acquire().flatMapMany(worker -> read(table, worker));
    }

    private Flux<ChangeBatch> read(TableCopy table, CopyWorker worker) {
        TableReader reader = new TableReader(
                worker,
                table,
                partitioned.contains(table.relation().oid()),
                settings.rows()
                        .clause(table.relation().schema(), table.relation().name()),
                plan.range(table),
                exported.position(),
                settings.batchBytes());
        return Flux.<ChangeBatch, TableReader>generate(reader::open, TableReader::emit)
                .subscribeOn(worker.scheduler())
                .doOnCancel(reader::stop) // out here, where it is heard while the reader connects
                .doFinally(end -> giveBack(reader, worker));
    }

    /** On whatever thread ended the reading; closing a socket does not wait for anybody. */
    private void giveBack(TableReader reader, CopyWorker worker) {
        reader.close();
        pool.release(worker);
    }

    @Override
    public Mono<Void> close() {
        return Mono.<Void>fromRunnable(this::closeNow).subscribeOn(scheduler);
    }

    /** Blocks; once is enough. */
    public void closeNow() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        try {
            pool.close();
            exported.exporter().close();
        } catch (SQLException broken) {
            LOG.debug("{}: connection was broken when it was closed", settings.pipeline(), broken);
        }
    }
}
