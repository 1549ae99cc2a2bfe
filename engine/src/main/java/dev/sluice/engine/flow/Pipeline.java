package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.flow.PipelineBuilder.NamedSink;
import dev.sluice.engine.flow.PipelineBuilder.PipelineSpec;
import dev.sluice.engine.flow.Preparation.Beginning;
import dev.sluice.engine.flow.Preparation.Ready;
import dev.sluice.engine.journal.Journal;
import dev.sluice.engine.journal.JournalReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * One source kept flowing into its sinks. Started once, stopped once; safe for any thread. This is the one class that
 * subscribes: everything else describes what is to happen.
 *
 * <p>Invariant: what is confirmed to the source is never past what every sink durably has, and never goes back.
 */
public final class Pipeline {
    private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);

    private final PipelineSpec spec;
    private final Backoff backoff;
    private final StateMachine<PipelineState> state;
    private final List<Lane> lanes;
    private final CheckpointWriter checkpoints;
    /** Of everything, once nothing is left to copy. */
    private final DurableWatch watch = new DurableWatch();
    /** Of the stream, whatever is left to copy. */
    private final DurableWatch streamWatch = new DurableWatch();

    private final AtomicBoolean begun = new AtomicBoolean();
    private final Sinks.Empty<Void> started = Sinks.empty();
    private final Sinks.Empty<Void> stopping = Sinks.empty();
    private final Sinks.Empty<Void> finished = Sinks.empty();
    /** Nothing more is to be begun. */
    private volatile boolean stopped;
    /** All that was to be done is done: there is no stream. */
    private volatile boolean complete;

    /** Some tables are not yet copied, or not all of them; the stream goes on without what is missing. */
    private volatile boolean unfinished;

    private volatile @Nullable Journal journal;
    private volatile Position confirmed = Position.NONE;
    private volatile @Nullable SyncException trouble;
    private volatile @Nullable SyncException failure;

    Pipeline(PipelineSpec spec) {
        this.spec = spec;
        this.backoff = new Backoff(
                spec.settings(), spec.threads().timer(), spec.threads().jitter());
        this.state =
                new StateMachine<>("pipeline " + spec.name(), PipelineState.NEW, PipelineState.MOVES, this::entered);
        this.checkpoints = new CheckpointWriter(
                spec.name(), spec.checkpoints(), spec.threads().checkpoints(), this::saved);
        this.lanes = spec.sinks().stream().map(this::lane).toList();
        spec.meters().register(() -> status().bufferedBytes(), state::state);
    }

    /** A pipeline of this name: letters, digits, {@code _} and {@code -}. */
    public static PipelineBuilder builder(String name) {
        if (!name.matches("[A-Za-z0-9_-]{1,40}")) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" cannot name a pipeline: use up to 40 letters, digits, _ and -");
        }
        return new PipelineBuilder(name);
    }

    private Lane lane(NamedSink named) {
        return new Lane(
                new Lane.LaneSpec(
                        spec.name(),
                        named.name(),
                        named.sink(),
                        named.route(),
                        spec.meters(),
                        new StateAccess(spec.checkpoints(), spec.threads().checkpoints()),
                        this::durableInSink),
                backoff,
                spec.threads().lane(named.name()));
    }

    public String name() {
        return spec.name();
    }

    /**
     * Begins, once, whether or not anybody waits for the result. Completes when all checks have passed and the first copy
     * or the stream has begun; a source or sink that is not up yet is waited for. Fails when a check fails.
     */
    public Mono<Void> start() {
        return Mono.defer(() -> {
            if (begun.compareAndSet(false, true)) {
                begin();
            }
            return started.asMono();
        });
    }

    private void begin() {
        state.to(PipelineState.CONNECTING);
        Preparation preparation =
                new Preparation(spec, lanes, backoff, this::notPrepared, () -> state.to(PipelineState.COPYING));
        preparation
                .run()
                .takeUntilOther(stopping.asMono())
                .flatMap(this::stream)
                .repeat(() -> !stopped) // more is to be copied
                .onErrorResume(this::fail)
                .then(Mono.defer(this::close))
                .subscribe(nothing -> {}, this::ended, () -> ended(null));
    }

    /**
     * Reads the source into the journal and lets the lanes read it; completes when they have written all of it, after a stop
     * or when more is to be copied.
     */
    private Mono<Void> stream(Ready ready) {
        if (!ready.streams()) {
            LOG.info("{}: everything is copied, and nothing is to be followed (copy: only)", spec.name());
            complete = true;
            stopped = true;
            return Mono.empty();
        }
        Journal opened = new Journal(spec.settings().journalBytes(), ready.least());
        journal = opened;
        Sinks.Empty<Void> voided = Sinks.empty();
        List<Flux<Position>> running = new ArrayList<>();
        for (Lane lane : lanes) {
            Beginning beginning = Objects.requireNonNull(ready.lanes().get(lane.name()), lane.name());
            JournalReader reader = opened.reader(beginning.position());
            running.add(lane.stream(ready.source(), reader, beginning).onErrorResume(CopyAnew.class, table -> {
                lane.copyAnew(table);
                voided.tryEmitEmpty();
                return Flux.empty();
            }));
        }
        trouble = null;
        unfinished = ready.untilTurn().isPresent();
        state.to(PipelineState.STREAMING);
        confirm();
        Mono<Void> timeout = stopping.asMono()
                .then(Mono.delay(spec.settings().drainTimeout(), spec.threads().timer()))
                .then(Mono.fromRunnable(this::drainCutOff));
        Mono<Void> drained = Flux.merge(Flux.fromIterable(running), lanes.size())
                .takeUntilOther(timeout)
                .then();
        return Mono.when(drained, read(opened, Mono.firstWithSignal(arrival(), turn(ready), voided.asMono())))
                .takeUntilOther(checkpoints.refused())
                .then(Mono.defer(() -> stopped ? Mono.empty() : saved()));
    }

    /** @param moreToCopy completes when this is to end */
    private Mono<Void> read(Journal into, Mono<Void> moreToCopy) {
        return Flux.defer(() -> changes(into))
                .concatMap(into::append, 1)
                .repeat()
                .onErrorMap(SyncException::from)
                .retryWhen(backoff.retrying(this::disconnected))
                .takeUntilOther(Mono.firstWithSignal(stopping.asMono(), moreToCopy))
                .then(Mono.fromRunnable(() -> readToTheEnd(into)));
    }

    /**
     * Completes when a table has come that is to be copied. Waits until every sink works, as all of them have to write what
     * was read before that begins.
     */
    private Mono<Void> arrival() {
        return spec.source()
                .origin()
                .arrivals()
                .filter(table -> status().isReady())
                .next()
                .doOnNext(table -> LOG.info("{}: {} has come; looking at the tables again", spec.name(), table))
                .then();
    }

    /**
     * Completes when it is time to copy more: when the stream has had its turn, and every sink has what was committed
     * meanwhile.
     */
    private Mono<Void> turn(Ready ready) {
        return ready.untilTurn().map(this::caughtUpFor).orElseGet(Mono::never);
    }

    /** To catch up may take long: the server decodes again from the beginning of the oldest open transaction. */
    private Mono<Void> caughtUpFor(Duration least) {
        return whatIsCommitted(streamWatch)
                .thenReturn(true)
                .elapsed(spec.threads().timer())
                .flatMap(caughtUp -> Mono.delay(
                        Duration.ofMillis(Math.max(caughtUp.getT1(), least.toMillis())),
                        spec.threads().timer()))
                .then(Mono.defer(() -> whatIsCommitted(streamWatch)));
    }

    /** Completes when the watch has reached all that was committed before the subscription. */
    private Mono<Void> whatIsCommitted(DurableWatch reached) {
        return Mono.defer(() -> spec.source().origin().now())
                .onErrorMap(SyncException::from)
                .retryWhen(backoff.retrying(error -> {}))
                .flatMap(reached::until);
    }

    /** A start asks the state directory what the sinks have. */
    private Mono<Void> saved() {
        return checkpoints.settled().takeUntilOther(stopping.asMono());
    }

    /** One subscription to the source; completes when the journal needs another one from further back. */
    private Flux<ChangeBatch> changes(Journal into) {
        return spec.source()
                .changes(into.resume())
                .concatWith(Mono.error(() -> new SyncException(
                        ErrorKind.SOURCE_UNAVAILABLE, "the source ended its stream, which never ends by itself.")))
                .takeUntilOther(into.rereadNeeded())
                .doOnNext(batch -> sourceIsBack());
    }

    private void drainCutOff() {
        LOG.warn(
                "{}: not every sink had written everything within {}; what is missing comes again at the next start",
                spec.name(),
                spec.settings().drainTimeout());
    }

    private void readToTheEnd(Journal read) {
        if (stopped) {
            state.to(PipelineState.DRAINING);
            lanes.forEach(Lane::draining);
        } else {
            state.to(PipelineState.CONNECTING);
        }
        read.finish();
    }

    /** A sink has returned a position. It counts at once if the sink keeps it, otherwise when it has been saved here. */
    private void durableInSink(Lane lane, Position position) {
        if (lane.keepsOwnPosition()) {
            lane.durable(position);
            confirm();
        } else {
            checkpoints.record(lane.name(), position);
        }
    }

    private void saved(String sink, Position position) {
        lanes.stream().filter(lane -> lane.name().equals(sink)).forEach(lane -> lane.durable(position));
        confirm();
    }

    private void confirm() {
        Journal open = journal;
        if (open == null) {
            return;
        }
        Position durable;
        synchronized (this) {
            durable = open.durable();
            if (confirmed.isAfter(durable)) {
                throw new IllegalStateException("confirmed " + confirmed + ", but only " + durable + " is durable");
            }
            confirmed = durable;
            spec.source().confirm(durable);
        }
        streamWatch.reached(durable);
        if (!unfinished) {
            watch.reached(durable); // wakes callers, who may do anything: not while the lock is held
        }
    }

    /**
     * Completes when every sink durably has everything that was committed in the source before this call. A source that is
     * away is asked again when it is back, and then for what is committed by then.
     */
    public Mono<Void> caughtUp() {
        return Mono.firstWithSignal(whatIsCommitted(watch), finished.asMono().then(Mono.defer(this::ended)));
    }

    private Mono<Void> ended() {
        return complete
                ? Mono.empty()
                : Mono.error(new SyncException(
                        ErrorKind.INTERNAL, "pipeline " + name() + " was stopped before it had caught up"));
    }

    /**
     * Stops reading, lets the lanes write what the journal holds, as long as the drain timeout allows, and closes
     * everything. Completes when that is done, also for a pipeline that has failed; may be called more than once.
     */
    public Mono<Void> stop() {
        return Mono.defer(() -> {
            stopped = true;
            stopping.tryEmitEmpty();
            if (begun.compareAndSet(false, true)) {
                close().subscribe(nothing -> {}, this::ended, () -> ended(null));
            }
            return finished.asMono().onErrorComplete();
        });
    }

    /** Completes when the pipeline has stopped, or has copied and is to do nothing else; fails with what made it fail. */
    public Mono<Void> finished() {
        return finished.asMono();
    }

    /** What it looks like now; cheap enough to ask for several times a second. */
    public PipelineStatus status() {
        Journal open = journal;
        SyncException error = Stream.of(
                        Optional.ofNullable(failure),
                        Optional.ofNullable(trouble),
                        Optional.ofNullable(checkpoints.trouble()))
                .flatMap(Optional::stream)
                .findFirst()
                .orElse(null);
        return new PipelineStatus(
                name(),
                state.state(),
                open == null ? Position.NONE : open.tail(),
                confirmed,
                open == null ? 0 : open.bytes(),
                lanes.stream().map(Lane::status).toList(),
                error == null ? null : error.getMessage());
    }

    private void entered(PipelineState before, PipelineState after) {
        LOG.debug("{}: {} -> {}", spec.name(), before, after);
        if (after == PipelineState.COPYING || after == PipelineState.STREAMING) {
            started.tryEmitEmpty();
        }
    }

    private void notPrepared(SyncException error) {
        state.to(PipelineState.CONNECTING);
        sourceTrouble(error);
    }

    private void disconnected(SyncException error) {
        state.move(PipelineState.STREAMING, PipelineState.RECONNECTING); // unless it drains already
        sourceTrouble(error);
    }

    /** Says so once, not at every attempt. */
    private void sourceTrouble(SyncException error) {
        SyncException before = trouble;
        trouble = error;
        if (before == null || before.kind() != error.kind()) {
            LOG.warn("{}: {} Trying again until it works.", spec.name(), error.getMessage());
        }
    }

    private void sourceIsBack() {
        if (trouble != null) {
            trouble = null;
            state.move(PipelineState.RECONNECTING, PipelineState.STREAMING);
            LOG.info("{}: the source is back", spec.name());
        }
    }

    private Mono<Void> fail(Throwable error) {
        SyncException reason = SyncException.from(error);
        failure = reason;
        state.to(PipelineState.FAILED);
        LOG.error("{}: stopped: {}", spec.name(), reason.getMessage(), reason.getCause());
        return Mono.empty();
    }

    /** In order: save positions, tell the source, close the sinks, close the source. Each as far as it goes. */
    private Mono<Void> close() {
        return logged("checkpoints", checkpoints.close())
                .then(Mono.<Void>fromRunnable(this::confirm))
                .then(Flux.fromIterable(lanes)
                        .flatMap(lane -> logged("sink " + lane.name(), lane.close()))
                        .then())
                .then(Mono.defer(() -> logged("source", spec.source().close())));
    }

    private Mono<Void> logged(String what, Mono<Void> closing) {
        return closing.timeout(spec.settings().drainTimeout(), spec.threads().timer())
                .doOnError(error -> LOG.warn("{}: closing {}: {}", spec.name(), what, error.toString()))
                .onErrorComplete();
    }

    private void ended(@Nullable Throwable closingFailed) {
        spec.meters().close();
        SyncException reason = failure;
        if (reason == null && closingFailed != null) {
            reason = SyncException.from(closingFailed);
        }
        state.to(PipelineState.STOPPED);
        if (reason == null) {
            started.tryEmitEmpty();
            finished.tryEmitEmpty();
        } else {
            started.tryEmitError(reason);
            finished.tryEmitError(reason);
        }
        // Last, because this may run on one of these threads, and freeing them interrupts it: not while callers are
        // told.
        spec.threads().dispose();
    }
}
