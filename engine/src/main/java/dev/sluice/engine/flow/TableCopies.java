package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.flow.Holdings.Work;
import dev.sluice.engine.flow.StartPlan.Progress;
import dev.sluice.engine.flow.StartPlan.Start;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.TableCopy;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Fills lanes with the tables that they lack, as of one snapshot. Nothing is final in any sink until all of them have all
 * tables, so that a crash at any moment leaves either a copy that goes on or one that only has to be sealed.
 */
final class TableCopies {
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
     * Emits the lanes once every one has every row that it is to have; fails with SOURCE_UNAVAILABLE if the snapshot is
     * lost.
     */
    Mono<List<Filling>> fill(List<Filling> fillings, Snapshot snapshot, CopyWay way) {
        return Flux.fromIterable(fillings)
                .flatMap(filling -> fill(filling, snapshot, way), Math.max(1, fillings.size()))
                .collectList();
    }

    private Mono<Filling> fill(Filling filling, Snapshot snapshot, CopyWay way) {
        Lane lane = filling.lane();
        Work work = filling.holdings()
                .without(snapshot.tables().stream()
                        .filter(table -> lane.route().includes(table.relation()))
                        .toList());
        lane.to(LaneState.COPYING);
        lane.copyProgress().begin(way, work.missing());
        Mono<List<CopiedChunk>> copied = lane.sink() instanceof TransactionalSink sink
                ? fillByTable(filling, sink, snapshot, work)
                : fillInOrder(lane, snapshot, work);
        return copied.map(
                added -> new Filling(lane, filling.start(), filling.holdings().with(work, added)));
    }

    private Mono<List<CopiedChunk>> fillByTable(Filling filling, TransactionalSink sink, Snapshot snapshot, Work work) {
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
        Mono<Void> prepared = retrying(
                lane, lane.reopenIfBroken(source).then(Mono.defer(() -> sink.prepareCopy(shapes, start, work.kept()))));
        return prepared.thenMany(Flux.fromIterable(work.missing()))
                .flatMap(
                        table -> copy(lane, sink, snapshot, table),
                        backoff.settings().copyTables())
                .collectList();
    }

    private Mono<CopiedChunk> copy(Lane lane, TransactionalSink sink, Snapshot snapshot, TableCopy table) {
        Relation shape = lane.route().shape(table.relation());
        return retrying(
                        lane,
                        Mono.defer(() ->
                                sink.copy(shape, table.chunk(), snapshot.position(), rows(lane, snapshot, table))))
                .doOnSuccess(rows -> lane.copyProgress().finish(table))
                .thenReturn(CopiedChunk.of(table.relation(), table.chunk(), snapshot.position()));
    }

    private Mono<List<CopiedChunk>> fillInOrder(Lane lane, Snapshot snapshot, Work work) {
        return state.run(store -> store.keepChunks(pipeline, lane.name(), work.kept()))
                .thenMany(Flux.fromIterable(work.missing()))
                .concatMap(table -> retrying(lane, writeInOrder(lane, snapshot, table))
                        .then(Mono.defer(() -> record(lane, table, snapshot.position()))))
                .collectList();
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
