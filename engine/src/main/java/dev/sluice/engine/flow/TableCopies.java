package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyBatchBuilder;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.flow.Holdings.Work;
import dev.sluice.engine.flow.StartPlan.Progress;
import dev.sluice.engine.flow.StartPlan.Start;
import dev.sluice.engine.flow.Turns.Turn;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.TableCopy;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Fills lanes with the tables that they lack, as of one snapshot. In a first copy nothing is final in any sink until all of
 * them have all tables, so that a crash at any moment leaves either a copy that goes on or one that only has to be sealed.
 */
final class TableCopies {
    private static final Logger LOG = LoggerFactory.getLogger(TableCopies.class);

    private final String pipeline;
    private final StateAccess state;
    private final Backoff backoff;
    private final SourceIdentity source;

    TableCopies(String pipeline, StateAccess state, Backoff backoff, SourceIdentity source) {
        this.pipeline = pipeline;
        this.state = state;
        this.backoff = backoff;
        this.source = source;
    }

    /** A lane with what it holds. */
    record Filling(Lane lane, Start start, Holdings holdings) {}

    /**
     * Emits the lanes once every one has every row that it is to have, or its turn is over; fails with SOURCE_UNAVAILABLE if
     * the snapshot is lost.
     */
    Mono<List<Filling>> fill(List<Filling> fillings, Snapshot snapshot, CopyWay way, Function<Lane, Turn> turns) {
        return Flux.fromIterable(fillings)
                .flatMap(
                        filling -> fill(filling, snapshot, way, turns.apply(filling.lane())),
                        Math.max(1, fillings.size()))
                .collectList();
    }

    private Mono<Filling> fill(Filling filling, Snapshot snapshot, CopyWay way, Turn turn) {
        Lane lane = filling.lane();
        Work work = filling.holdings()
                .without(snapshot.tables().stream()
                        .filter(table -> lane.route().includes(table.relation()))
                        .toList());
        lane.to(LaneState.COPYING);
        lane.copyProgress().begin(way, work.missing(), work.kept());
        Mono<List<CopiedChunk>> copied = lane.sink() instanceof TransactionalSink sink
                ? fillByTable(filling, sink, snapshot, work, turn)
                : fillInOrder(lane, snapshot, work, turn);
        return copied.map(added -> {
            lane.copiedAnew(work.anew());
            if (!added.isEmpty() && added.size() == work.missing().size()) {
                lane.nothingPutOff();
            }
            return new Filling(lane, filling.start(), filling.holdings().with(work, added));
        });
    }

    private Mono<List<CopiedChunk>> fillByTable(
            Filling filling, TransactionalSink sink, Snapshot snapshot, Work work, Turn turn) {
        if (work.missing().isEmpty() && filling.start().progress() != Progress.FILLING) {
            return Mono.just(List.of());
        }
        Lane lane = filling.lane();
        List<Relation> shapes = work.missing().stream()
                .map(TableCopy::relation)
                .distinct()
                .map(lane.route()::shape)
                .toList();
        Position start = filling.start().position();
        return prepare(lane, sink, shapes, start, work.kept())
                .thenMany(Flux.fromIterable(work.missing()))
                .flatMap(
                        table -> turn.includes(table) ? copy(lane, sink, snapshot, table, turn) : Mono.empty(),
                        backoff.settings().copyTables())
                .collectList();
    }

    private Mono<Void> prepare(
            Lane lane, TransactionalSink sink, List<Relation> shapes, Position start, List<CopiedChunk> kept) {
        return retrying(
                lane, lane.reopenIfBroken(source).then(Mono.defer(() -> sink.prepareCopy(shapes, start, kept))));
    }

    /** From now on a lane that goes on from {@code start} holds only this. */
    Mono<Void> keep(Lane lane, Position start, List<CopiedChunk> kept) {
        return lane.sink() instanceof TransactionalSink sink
                ? prepare(lane, sink, List.of(), start, kept)
                : keepRecords(lane, kept);
    }

    private Mono<Void> keepRecords(Lane lane, List<CopiedChunk> kept) {
        return state.run(store -> store.keepChunks(pipeline, lane.name(), kept));
    }

    private Mono<CopiedChunk> copy(Lane lane, TransactionalSink sink, Snapshot snapshot, TableCopy table, Turn turn) {
        Relation shape = lane.route().shape(table.relation());
        return retrying(
                        lane,
                        Mono.defer(() ->
                                sink.copy(shape, table.chunk(), snapshot.position(), rows(lane, snapshot, table))))
                .doOnSuccess(rows -> lane.copyProgress().finish(table))
                .thenReturn(CopiedChunk.of(table.relation(), table.chunk(), snapshot.position()))
                .onErrorResume(SyncException.class, error -> putOff(lane, turn, error));
    }

    /**
     * A row may collide with an older one of another chunk, in a unique index that is not the key's, until the stream has
     * come as far as the snapshot. More than a few times in a row it is none of those.
     */
    private Mono<CopiedChunk> putOff(Lane lane, Turn turn, SyncException error) {
        if (turn.isUnlimited() || error.kind() != ErrorKind.ROW_REFUSED || !lane.mayPutOff()) {
            return Mono.error(error);
        }
        LOG.info("{}/{}: put off, as the stream may settle it: {}", pipeline, lane.name(), error.getMessage());
        return Mono.empty();
    }

    private Mono<List<CopiedChunk>> fillInOrder(Lane lane, Snapshot snapshot, Work work, Turn turn) {
        return Flux.fromIterable(work.anew())
                .concatMap(table -> retrying(lane, voidWhatWasRead(lane, table, snapshot.position())))
                .then(keepRecords(lane, work.kept()))
                .thenMany(Flux.fromIterable(work.missing()))
                .filter(turn::includes)
                .concatMap(table -> retrying(lane, writeInOrder(lane, snapshot, table))
                        .then(Mono.defer(() -> record(lane, table, snapshot.position()))))
                .collectList();
    }

    /** Otherwise rows would stay that were read before, and deleted since. */
    private Mono<Position> voidWhatWasRead(Lane lane, Relation table, Position readAt) {
        CopyBatchBuilder batch = new CopyBatchBuilder(table, readAt, 1);
        batch.truncate();
        ChangeBatch emptied = lane.route().apply(batch.build());
        return lane.reopenIfBroken(source).then(Mono.defer(() -> lane.writeCopied(emptied)));
    }

    private Mono<CopiedChunk> record(Lane lane, TableCopy table, Position readAt) {
        CopiedChunk chunk = CopiedChunk.of(table.relation(), table.chunk(), readAt);
        return state.run(store -> store.copied(pipeline, lane.name(), chunk))
                .doOnSuccess(done -> lane.copyProgress().finish(table))
                .thenReturn(chunk);
    }

    private Mono<Void> writeInOrder(Lane lane, Snapshot snapshot, TableCopy table) {
        return lane.reopenIfBroken(source)
                .then(Mono.defer(() -> lane.copying(table.relation(), snapshot.position())))
                .then(write(lane, snapshot, table));
    }

    private Mono<Void> write(Lane lane, Snapshot snapshot, TableCopy table) {
        return Flux.defer(() -> rows(lane, snapshot, table))
                .publishOn(lane.worker(), 1)
                .concatMap(lane::writeCopied, 0)
                .then();
    }

    private Flux<ChangeBatch> rows(Lane lane, Snapshot snapshot, TableCopy table) {
        lane.copyProgress().beginChunk(table);
        return snapshot.rows(table).doOnNext(batch -> lane.copied(table, batch)).map(lane.route()::apply);
    }

    /** A chunk is tried again from its beginning as long as only the sink is in trouble. */
    private <T> Mono<T> retrying(Lane lane, Mono<T> work) {
        return work.onErrorMap(SyncException::from)
                .retryWhen(backoff.retryingOnly(ErrorKind.SINK_UNAVAILABLE, lane::retrying))
                .doOnSuccess(done -> lane.copying());
    }

    /** Makes the copy final in a lane that keeps its own position, unless it is. May be repeated. */
    Mono<Position> seal(Filling filling) {
        Lane lane = filling.lane();
        Start start = filling.start();
        return start.progress() != Progress.STREAMING && lane.sink() instanceof TransactionalSink sink
                ? retrying(
                        lane, lane.reopenIfBroken(source).then(Mono.defer(() -> sink.completeCopy(start.position()))))
                : Mono.empty();
    }
}
