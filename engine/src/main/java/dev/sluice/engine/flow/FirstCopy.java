package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.TableCopy;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Fills every lane with every table as of one snapshot. Nothing is final in any sink until all of them have all tables,
 * so that a crash at any moment leaves either a copy that starts again or one that only has to be sealed.
 */
final class FirstCopy {
    private final List<Lane> lanes;
    private final Backoff backoff;
    private final SourceIdentity source;

    FirstCopy(List<Lane> lanes, Backoff backoff, SourceIdentity source) {
        this.lanes = lanes;
        this.backoff = backoff;
        this.source = source;
    }

    /** Completes when every lane has every row that it is to have; fails with SOURCE_UNAVAILABLE if the snapshot is lost. */
    Mono<Void> fill(Snapshot snapshot) {
        return Flux.fromIterable(lanes)
                .flatMap(lane -> fill(lane, snapshot), Math.max(1, lanes.size()))
                .then();
    }

    private Mono<Void> fill(Lane lane, Snapshot snapshot) {
        List<TableCopy> tables = snapshot.tables().stream()
                .filter(table -> lane.route().includes(table.relation()))
                .toList();
        lane.to(LaneState.COPYING);
        lane.copyProgress().begin(tables);
        return lane.sink() instanceof TransactionalSink sink
                ? fillByTable(lane, sink, snapshot, tables)
                : fillInOrder(lane, snapshot, tables);
    }

    private Mono<Void> fillByTable(Lane lane, TransactionalSink sink, Snapshot snapshot, List<TableCopy> tables) {
        List<Relation> shapes = tables.stream()
                .filter(table -> table.chunk().number() == 1)
                .map(table -> lane.route().shape(table.relation()))
                .toList();
        Mono<Void> prepared = retrying(
                lane,
                lane.reopenIfBroken(source).then(Mono.defer(() -> sink.prepareCopy(shapes, snapshot.position()))));
        return prepared.thenMany(Flux.fromIterable(tables))
                .flatMap(
                        table -> copy(lane, sink, snapshot, table),
                        backoff.settings().copyTables())
                .then();
    }

    private Mono<Void> copy(Lane lane, TransactionalSink sink, Snapshot snapshot, TableCopy table) {
        Relation shape = lane.route().shape(table.relation());
        return retrying(lane, Mono.defer(() -> sink.copy(shape, table.chunk(), rows(lane, snapshot, table))))
                .doOnSuccess(rows -> lane.copyProgress().finish(table))
                .then();
    }

    private Mono<Void> fillInOrder(Lane lane, Snapshot snapshot, List<TableCopy> tables) {
        return Flux.fromIterable(tables)
                .concatMap(table -> retrying(lane, lane.reopenIfBroken(source).then(write(lane, snapshot, table)))
                        .doOnSuccess(done -> lane.copyProgress().finish(table)))
                .then();
    }

    private Mono<Void> write(Lane lane, Snapshot snapshot, TableCopy table) {
        return Flux.defer(() -> rows(lane, snapshot, table))
                .publishOn(lane.worker(), 1)
                .concatMap(lane::writeCopied, 0)
                .then();
    }

    private Flux<ChangeBatch> rows(Lane lane, Snapshot snapshot, TableCopy table) {
        lane.copyProgress().beginChunk(table);
        return snapshot.rows(table)
                .doOnNext(batch -> {
                    lane.copyProgress().add(table, batch);
                    lane.meters().copied(batch.size());
                })
                .map(lane.route()::apply);
    }

    /** A chunk is tried again from its beginning as long as only the sink is in trouble. */
    private <T> Mono<T> retrying(Lane lane, Mono<T> work) {
        return work.onErrorMap(SyncException::from)
                .retryWhen(backoff.retryingOnly(ErrorKind.SINK_UNAVAILABLE, lane::retrying))
                .doOnSuccess(done -> lane.copying());
    }

    /** Makes the copy final in the lanes that keep their own position. May be repeated. */
    Mono<Void> seal(Position snapshot) {
        return Flux.fromIterable(lanes)
                .filter(Lane::keepsOwnPosition)
                .concatMap(lane -> seal(lane, (TransactionalSink) lane.sink(), snapshot))
                .then();
    }

    private Mono<Position> seal(Lane lane, TransactionalSink sink, Position snapshot) {
        return retrying(lane, lane.reopenIfBroken(source).then(Mono.defer(() -> sink.completeCopy(snapshot))));
    }
}
