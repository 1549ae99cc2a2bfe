package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.sink.postgres.CheckpointTable.Claim;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Keeps tables of another PostgreSQL in step. Applies each change exactly once: its position lies in the target, in {@link
 * CheckpointTable}, and moves in the transaction of the rows.
 *
 * <p>Streams through a connection of vertx-pg-client, and large batches through one of pgjdbc, on a thread of the sink's own.
 * Copies through pgjdbc too. Any thread may call; {@link #write} folds what it is given on the calling one.
 */
final class PostgresSink implements TransactionalSink {
    private static final Logger log = LoggerFactory.getLogger(PostgresSink.class);

    private final TargetConnector connector;
    private final PostgresSinkConfig config;
    private final SinkContext context;
    private final CopyThreshold copyThreshold;
    private final SinkThreads threads;
    private final TableCopier copier;
    private final SchemaNews news;
    private volatile @Nullable Opened opened;

    /** What lives from one opening to the next. */
    private record Opened(
            TargetSession session, Claim claim, TableTargets targets, CopyApplier copier, BatchApplier applier) {}

    PostgresSink(
            TargetConnector connector, PostgresSinkConfig config, SinkContext context, CopyThreshold copyThreshold) {
        this.connector = connector;
        this.config = config;
        this.context = context;
        this.copyThreshold = copyThreshold;
        this.threads = new SinkThreads(context.sink(), config.copyConnections());
        this.copier = new TableCopier(connector.blocking(), threads);
        this.news = new SchemaNews(context);
    }

    @Override
    public Mono<Position> open(SourceIdentity source) {
        return letGo().then(Mono.defer(connector::connect))
                .flatMap(session -> open(session, source)
                        .onErrorResume(error -> session.close().then(Mono.error(error))))
                .onErrorMap(error -> TargetErrors.classify("open " + describe(), error));
    }

    private Mono<Position> open(TargetSession session, SourceIdentity source) {
        return new CheckpointTable(session, connector.endpoint(), context.pipeline(), context.sink())
                .claim(source)
                .map(claim -> {
                    Position position = claim.position();
                    opened = opened(session, claim, targets(session, claim), position);
                    log.debug("{} is open at {}, epoch {}", describe(), position, claim.epoch());
                    return position;
                });
    }

    private TableTargets targets(TargetSession session, Claim claim) {
        return new TableTargets(
                session, claim, new SchemaFollower(session, context.schema(), news, config.createTables()));
    }

    private Opened opened(TargetSession session, Claim claim, TableTargets targets, Position position) {
        CopySession copySession = new CopySession(connector.blocking(), session.triggersSilent());
        CopyApplier byCopy = new CopyApplier(copySession, claim, targets, threads, copyThreshold);
        BatchApplier applier = new BatchApplier(session, claim, targets, position, threads.computing(), byCopy);
        return new Opened(session, claim, targets, byCopy, applier);
    }

    @Override
    public Mono<Position> write(ChangeBatch batch) {
        return whenOpen(current -> current.applier().write(batch))
                .onErrorMap(error -> TargetErrors.classify("write to " + describe(), error));
    }

    @Override
    public Mono<Void> prepareCopy(List<Relation> tables, Position start, List<CopiedChunk> kept) {
        return whenOpen(current -> new TargetSchema(current.session(), current.targets(), config.createTables())
                        .prepare(tables, current.claim(), start, kept))
                .onErrorMap(error -> TargetErrors.classify("prepare the copy to " + describe(), error));
    }

    @Override
    public Mono<List<CopiedChunk>> copied() {
        return whenOpen(current -> current.session().run(new CopyRecords(current.claim()).all()))
                .map(CopyRecords::chunks)
                .onErrorMap(error -> TargetErrors.classify("read what was copied to " + describe(), error));
    }

    @Override
    public Mono<Long> copy(Relation table, CopyChunk chunk, Position readAt, Flux<ChangeBatch> rows) {
        return whenOpen(current -> copier.copy(
                        current.targets().mapping(table),
                        CopiedChunk.of(table, chunk, readAt),
                        rows,
                        current.claim(),
                        current.session().triggersSilent()))
                .onErrorMap(error -> TargetErrors.classify("copy " + table.displayName() + chunk.suffix(), error));
    }

    @Override
    public Mono<Position> completeCopy(Position start) {
        return whenOpen(current -> seal(current, start).then(Mono.fromSupplier(() -> {
                    opened = opened(current.session(), current.claim().at(start), current.targets(), start);
                    return start;
                })))
                .onErrorMap(error -> TargetErrors.classify("complete the copy to " + describe(), error));
    }

    private static Mono<RowSet<Row>> seal(Opened current, Position snapshot) {
        Claim claim = current.claim();
        return current.session()
                .run(claim.preparedAsOf())
                .doOnNext(known -> claim.requirePrepared(known, snapshot))
                .then(Mono.defer(() -> current.session().run(new CopyRecords(claim).tablesInPart())))
                .doOnNext(CopyRecords::requireWhole)
                .then(Mono.defer(() -> current.session().run(claim.setState(true, snapshot))))
                .onErrorMap(
                        StatementFailure.class, failure -> TargetErrors.isFenced(failure) ? claim.fenced() : failure);
    }

    @Override
    public Mono<Void> close() {
        return Mono.fromRunnable(copier::abort)
                .then(letGo())
                .then(connector.close())
                .then(Mono.fromRunnable(() -> {
                    threads.close();
                    news.close();
                }));
    }

    private <T> Mono<T> whenOpen(Function<Opened, Mono<T>> call) {
        return Mono.defer(() -> {
            Opened current = opened;
            return current == null
                    ? Mono.error(new SyncException(ErrorKind.INTERNAL, describe() + " is not open"))
                    : call.apply(current);
        });
    }

    /** Whatever an earlier opening left: its connections, and with them a transaction that may be open. */
    private Mono<Void> letGo() {
        return Mono.defer(() -> {
            Opened current = opened;
            opened = null;
            return current == null
                    ? Mono.empty()
                    : current.copier()
                            .close()
                            .onErrorComplete()
                            .then(current.session().close().onErrorComplete());
        });
    }

    private String describe() {
        return "sink " + context.sink() + " (" + connector.endpoint().displayName() + ")";
    }
}
