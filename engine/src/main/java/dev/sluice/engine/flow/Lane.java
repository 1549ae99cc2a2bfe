package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ShapeChange;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.flow.Preparation.Beginning;
import dev.sluice.engine.journal.JournalReader;
import dev.sluice.engine.metrics.LaneMeters;
import dev.sluice.engine.route.Route;
import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.engine.source.TableCopy;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * The way from the journal to one sink: take what has arrived, route it, write it, note what is durable, again. There is
 * one write at a time, so while the sink is busy what arrives becomes its next batch. Runs on a thread of its own.
 *
 * <p>Invariant: what a sink returns as durable never goes back and never reaches past what it was given.
 */
final class Lane {
    private static final Logger LOG = LoggerFactory.getLogger(Lane.class);
    private static final int MOST_PUT_OFF = 10;

    private final LaneSpec spec;
    private final Backoff backoff;
    private final Scheduler worker;
    private final LaneMeters meters;
    private final StateMachine<LaneState> state;
    private final CopyProgress copyProgress;
    private final ShapeWatch shapes;
    private volatile Position returned = Position.NONE;
    private volatile Overlap overlap = Overlap.NONE;
    private volatile @Nullable JournalReader reader;
    private volatile @Nullable SyncException trouble;
    /** OIDs of tables that are to be copied anew, whatever is recorded of them. */
    private final Set<Long> voided = ConcurrentHashMap.newKeySet();

    private final AtomicInteger putOff = new AtomicInteger();
    /** The sink has failed since it was opened last: it is opened again, and asked where it is, before it is used. */
    private volatile boolean broken;
    /** Nothing more will come. Guarded by this. */
    private boolean draining;

    Lane(LaneSpec spec, Backoff backoff, Scheduler worker) {
        this.spec = spec;
        this.backoff = backoff;
        this.worker = worker;
        this.copyProgress = new CopyProgress(spec.meters().clock()::millis);
        this.meters = spec.meters()
                .lane(
                        spec.name(),
                        new LaneMeters.Gauges(
                                this::lagSeconds, copyProgress::size, copyProgress::finished, copyProgress::done));
        this.shapes =
                new ShapeWatch(spec.pipeline(), spec.name(), spec.sink(), spec.state(), worker, this::hasAnotherShape);
        this.state = new StateMachine<>(
                "lane " + spec.name(),
                LaneState.NEW,
                LaneState.MOVES,
                (before, after) -> LOG.debug("{}/{}: {} -> {}", spec.pipeline(), spec.name(), before, after));
    }

    /**
     * What a lane is made of.
     *
     * @param durable told of each position that is durable in the sink, with the sink's name
     */
    record LaneSpec(
            String pipeline,
            String name,
            Sink sink,
            Route route,
            PipelineMeters meters,
            StateAccess state,
            BiConsumer<Lane, Position> durable) {}

    String name() {
        return spec.name();
    }

    Sink sink() {
        return spec.sink();
    }

    Route route() {
        return spec.route();
    }

    Scheduler worker() {
        return worker;
    }

    CopyProgress copyProgress() {
        return copyProgress;
    }

    /** Rows have been read for the copy of a table. */
    void copied(TableCopy table, ChangeBatch rows) {
        copyProgress.add(table, rows);
        meters.copied(rows.size(), copyProgress.way() == CopyWay.LATER);
    }

    boolean keepsOwnPosition() {
        return spec.sink() instanceof TransactionalSink;
    }

    void to(LaneState next) {
        state.to(next);
    }

    /** Opens the sink, trying again while it is unavailable; emits the position that the sink itself has. */
    Mono<Position> open(SourceIdentity source) {
        return Mono.defer(() -> {
                    state.to(LaneState.OPENING);
                    shapes.reset();
                    return openSink(source);
                })
                .onErrorMap(SyncException::from)
                .retryWhen(backoff.retrying(this::retrying))
                .doOnError(this::failed);
    }

    /**
     * Writes everything that the journal gets after the beginning; completes when the journal is finished and all of it
     * is written. Emits each position that the sink returned. Fails with {@link CopyAnew} before a change that does not fit
     * what was copied.
     */
    Flux<Position> stream(SourceIdentity source, JournalReader from, Beginning beginning) {
        reader = from;
        returned = beginning.position();
        overlap = beginning.overlap();
        return Flux.defer(() -> attempt(source, from))
                .onErrorMap(error -> error instanceof CopyAnew ? error : SyncException.from(error))
                .retryWhen(backoff.retrying(this::retrying))
                .doOnError(SyncException.class, this::failed);
    }

    private Flux<Position> attempt(SourceIdentity source, JournalReader from) {
        Mono<Void> ready = broken ? reopen(source, from) : Mono.fromRunnable(this::working);
        return ready.thenMany(steps(from));
    }

    private Flux<Position> steps(JournalReader from) {
        return Mono.defer(() -> step(from)).repeat(() -> !from.isFinished());
    }

    private Mono<Position> step(JournalReader from) {
        return from.next(backoff.settings().batchBytes()).publishOn(worker).flatMap(batch -> write(batch, from));
    }

    private Mono<Position> write(ChangeBatch batch, JournalReader from) {
        ChangeBatch routed = spec.route().apply(overlap.removeFrom(batch));
        long started = System.nanoTime();
        Mono<Position> written = keepsOwnPosition() ? writeToSink(routed) : shapes.write(routed, this::writeToSink);
        return written.doOnNext(durable -> {
            check(routed, durable);
            from.written(batch.last());
            meters.written(routed, System.nanoTime() - started);
            returned = durable;
            working();
            spec.durable().accept(this, durable);
        });
    }

    private void hasAnotherShape(ShapeChange change) {
        meters.alteredShape();
        LOG.info(
                "{}/{}: {} has another shape from {} on: {}",
                spec.pipeline(),
                name(),
                change.after().displayName(),
                change.position(),
                change.differences());
    }

    /** What is recorded of a table does not count. */
    void copyAnew(CopyAnew table) {
        LOG.warn("{}/{}: {}; the table is copied anew", spec.pipeline(), name(), table.getMessage());
        voided.add(table.relation());
    }

    /** OIDs of the tables that {@link #copyAnew} has named, until {@link #copiedAnew}. */
    Set<Long> voided() {
        return Set.copyOf(voided);
    }

    /** Whether a chunk whose row the sink refuses may wait for another turn. */
    boolean mayPutOff() {
        return putOff.incrementAndGet() <= MOST_PUT_OFF;
    }

    void nothingPutOff() {
        putOff.set(0);
    }

    void copiedAnew(Collection<Relation> tables) {
        tables.forEach(table -> voided.remove(table.oid()));
    }

    /** Before rows of a table are copied into a sink that keeps no tables of its own. */
    Mono<Void> copying(Relation table, Position readAt) {
        return shapes.copying(route().shape(table), readAt);
    }

    /** Writes rows of a first copy; fails if they are not durable at once, for nothing will ask for them again. */
    Mono<Position> writeCopied(ChangeBatch batch) {
        return writeToSink(batch).doOnNext(durable -> {
            if (batch.last().isAfter(durable)) {
                throw new SyncException(
                        ErrorKind.INTERNAL,
                        "sink " + name() + " returned " + durable + " for rows copied as of " + batch.last());
            }
        });
    }

    private Mono<Position> writeToSink(ChangeBatch batch) {
        return spec.sink().write(batch).switchIfEmpty(Mono.error(() -> saidNothing("write")));
    }

    private Mono<Position> openSink(SourceIdentity source) {
        return spec.sink()
                .open(source)
                .switchIfEmpty(Mono.error(() -> saidNothing("open")))
                .doOnNext(position -> broken = false);
    }

    private SyncException saidNothing(String where) {
        return new SyncException(ErrorKind.INTERNAL, "sink " + name() + " completed " + where + " without a position");
    }

    private void check(ChangeBatch batch, Position durable) {
        if (returned.isAfter(durable) || durable.isAfter(batch.last())) {
            throw new SyncException(
                    ErrorKind.INTERNAL,
                    "sink " + name() + " returned " + durable + " for a batch up to " + batch.last() + " after "
                            + returned);
        }
    }

    private Mono<Void> reopen(SourceIdentity source, JournalReader from) {
        return openSink(source)
                .map(position -> keepsOwnPosition() ? position : returned)
                .doOnNext(position -> goBackTo(position, from))
                .then();
    }

    /** Opens the sink again if it has failed since it was opened last. */
    Mono<Void> reopenIfBroken(SourceIdentity source) {
        return Mono.defer(() -> broken ? openSink(source).then() : Mono.empty());
    }

    private void goBackTo(Position position, JournalReader from) {
        if (returned.isAfter(position)) {
            throw new SyncException(
                    ErrorKind.STATE_MISMATCH,
                    "sink " + name() + " had " + returned + " durably and now says " + position
                            + ": its position was changed by somebody else");
        }
        from.rewind(position);
        returned = position;
        spec.durable().accept(this, position);
        if (from.isCaughtUp()) {
            working(); // otherwise the next write shows whether the sink is really back
        }
    }

    private synchronized void working() {
        state.to(draining ? LaneState.DRAINING : LaneState.STREAMING);
        isBack();
    }

    /** A part of the first copy got through. */
    synchronized void copying() {
        state.to(LaneState.COPYING);
        isBack();
    }

    private void isBack() {
        if (trouble != null) {
            trouble = null;
            LOG.info("{}/{}: the sink is back", spec.pipeline(), name());
        }
    }

    /** Says so once, not at every attempt. */
    synchronized void retrying(SyncException error) {
        broken = true;
        meters.retried();
        SyncException before = trouble;
        trouble = error;
        state.to(LaneState.RETRYING);
        if (before == null || before.kind() != error.kind()) {
            LOG.warn("{}/{}: {} Trying again until it works.", spec.pipeline(), name(), error.getMessage());
        }
    }

    private void failed(Throwable error) {
        trouble = SyncException.from(error);
        state.to(LaneState.FAILED);
    }

    /** What a restart would go on from, now that it is recorded. */
    void durable(Position position) {
        JournalReader from = reader;
        if (from != null) {
            from.durable(position);
        }
    }

    /** Says that nothing more will come. */
    synchronized void draining() {
        draining = true;
        if (state.state() == LaneState.STREAMING || state.state() == LaneState.RETRYING) {
            state.to(LaneState.DRAINING);
        }
    }

    Mono<Void> close() {
        return spec.sink().close().doFinally(signal -> {
            state.to(LaneState.STOPPED);
            meters.close();
        });
    }

    private Duration lag() {
        JournalReader from = reader;
        long commitMicros = from == null ? -1 : from.oldestUnwrittenCommitMicros();
        if (commitMicros < 0) {
            return Duration.ZERO;
        }
        long micros = Math.max(0, spec.meters().clock().millis() * 1_000 - commitMicros);
        return Duration.ofNanos(micros * 1_000);
    }

    private double lagSeconds() {
        return lag().toNanos() / 1e9;
    }

    LaneStatus status() {
        SyncException error = trouble;
        return new LaneStatus(
                name(),
                state.state(),
                returned,
                lag(),
                meters.changes(),
                meters.bytes(),
                meters.retries(),
                copyProgress.status(),
                error == null ? null : error.getMessage());
    }
}
