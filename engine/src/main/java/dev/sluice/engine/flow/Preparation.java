package dev.sluice.engine.flow;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.checkpoint.PipelineCheckpoint;
import dev.sluice.engine.flow.Holdings.Followed;
import dev.sluice.engine.flow.PipelineBuilder.PipelineSpec;
import dev.sluice.engine.flow.StartPlan.Progress;
import dev.sluice.engine.flow.StartPlan.SinkFacts;
import dev.sluice.engine.flow.StartPlan.Start;
import dev.sluice.engine.flow.TableCopies.Filling;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.engine.source.CopyMode;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.SourceState;
import dev.sluice.engine.source.TableCopy;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Everything before the stream: look at the source, open the sinks, decide, and copy what a lane lacks: everything before
 * the first stream; later the tables and the sinks that came since, in {@link Turns} with the stream. The order in which things become durable is what makes
 * it safe to be killed anywhere:
 *
 * <ol>
 *   <li>the state says "copying", before there is a slot;
 *   <li>slot and snapshot, and in the state where the slot's stream begins;
 *   <li>the rows, in every sink, chunk by chunk, each with a record of its own;
 *   <li>the state says "copied";
 *   <li>sinks that keep their own position are told so.
 * </ol>
 *
 * Killed before 2, the copy starts afresh. Killed after it, what has no record is read again, from a view that is later
 * than where the stream begins, and the stream leaves out what that view holds: see {@link Holdings} and {@link Overlap}.
 * Killed after 4, 5 is repeated.
 *
 * <p>A sink that came later goes on with the stream at once, from where the server still has everything, and lacks all
 * tables. Of what a lane lacks the stream brings nothing, as it is going to be read.
 */
final class Preparation {
    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);

    private final PipelineSpec spec;
    private final List<Lane> lanes;
    private final Backoff backoff;
    private final Consumer<SyncException> sourceTrouble;
    private final Runnable copying;
    private final StateAccess state;
    private final Turns turns;
    private volatile List<String> told = List.of();
    private volatile boolean toldOfCopy;

    /**
     * Nothing happens before {@link #run}.
     *
     * @param sourceTrouble told of each error of the source that is tried again
     * @param copying told when a copy begins
     */
    Preparation(
            PipelineSpec spec,
            List<Lane> lanes,
            Backoff backoff,
            Consumer<SyncException> sourceTrouble,
            Runnable copying) {
        this.spec = spec;
        this.lanes = lanes;
        this.backoff = backoff;
        this.sourceTrouble = sourceTrouble;
        this.copying = copying;
        this.state = new StateAccess(spec.checkpoints(), spec.threads().checkpoints());
        this.turns = new Turns(
                spec.settings().copyTurn(), () -> spec.meters().clock().millis());
    }

    /**
     * Where the stream of a lane may begin.
     *
     * @param overlap what it leaves out
     */
    record Beginning(Position position, Overlap overlap) {}

    /**
     * Where the stream may begin.
     *
     * @param lanes by name
     * @param streams whether it is to begin at all
     * @param untilTurn how long it may go on before more is to be copied; empty if that is all
     */
    record Ready(SourceIdentity source, Map<String, Beginning> lanes, boolean streams, Optional<Duration> untilTurn) {
        Ready {
            lanes = Map.copyOf(lanes);
        }

        Ready withoutStream() {
            return new Ready(source, lanes, false, Optional.empty());
        }

        Position least() {
            return lanes.values().stream()
                    .map(Beginning::position)
                    .reduce(Position::min)
                    .orElseThrow();
        }
    }

    /** Emits once, when every lane has its position. */
    Mono<Ready> run() {
        return Mono.defer(this::attempt).onErrorMap(SyncException::from).retryWhen(backoff.retrying(sourceTrouble));
    }

    private Mono<Ready> attempt() {
        return spec.source().origin().inspect().flatMap(this::openAndDecide);
    }

    private Mono<Ready> openAndDecide(SourceState source) {
        tell(source.notices());
        Mono<List<SinkFacts>> sinks = Flux.fromIterable(lanes)
                .concatMap(lane -> lane.open(source.identity()).map(own -> facts(lane, own)))
                .collectList();
        return Mono.zip(known(), sinks).flatMap(both -> {
            PipelineCheckpoint known = both.getT1().orElse(null);
            StartPlan plan = StartPlan.decide(source, known, both.getT2());
            Mono<Ready> ready = plan instanceof StartPlan.Resume resume
                    ? resume(resume, source, known != null && !known.isCopied())
                    : copy(source);
            return source.copy() == CopyMode.ONLY ? ready.map(Ready::withoutStream) : ready;
        });
    }

    /** What is found at every turn is said once. */
    private void tell(List<String> notices) {
        notices.stream()
                .filter(notice -> !told.contains(notice))
                .forEach(notice -> LOG.warn("{}: {}", spec.name(), notice));
        told = notices;
    }

    private static SinkFacts facts(Lane lane, Position own) {
        return new SinkFacts(lane.name(), lane.keepsOwnPosition(), own);
    }

    /** Nothing is there yet: slot and snapshot, every table into every lane. */
    private Mono<Ready> copy(SourceState source) {
        copying.run();
        return state.run(store -> store.copying(spec.name(), source.identity()))
                .then(Mono.usingWhen(
                        Mono.defer(() -> spec.source().origin().snapshot()),
                        snapshot -> state.run(store -> store.begun(spec.name(), snapshot.position()))
                                .then(Mono.defer(() -> copy(snapshot, source))),
                        Snapshot::close));
    }

    private Mono<Ready> copy(Snapshot snapshot, SourceState source) {
        LOG.info("{}: copying {} tables as of {}", spec.name(), tables(snapshot), snapshot.position());
        Start start = new Start(snapshot.position(), Progress.FILLING);
        List<Filling> fillings = lanes.stream()
                .map(lane -> filling(lane, start, List.of(), source))
                .toList();
        return fill(fillings, snapshot, CopyWay.FIRST, source, true);
    }

    private static long tables(Snapshot snapshot) {
        return snapshot.tables().stream().map(TableCopy::relation).distinct().count();
    }

    /** @param first whether this is still the first copy */
    private Mono<Ready> resume(StartPlan.Resume plan, SourceState source, boolean first) {
        return Flux.fromIterable(lanes)
                .concatMap(lane -> recorded(lane).map(chunks -> filling(lane, start(plan, lane), chunks, source)))
                .collectList()
                .flatMap(fillings -> someStream(fillings, source)
                        ? resumeInTurns(plan, fillings, source)
                        : resumeAtOnce(plan, fillings, source, first));
    }

    private static boolean someStream(List<Filling> fillings, SourceState source) {
        return source.copy() != CopyMode.ONLY
                && fillings.stream().anyMatch(filling -> filling.start().progress() != Progress.FILLING);
    }

    private Mono<List<CopiedChunk>> recorded(Lane lane) {
        return lane.sink() instanceof TransactionalSink sink
                ? sink.copied()
                : state.ask(store -> store.chunks(spec.name(), lane.name()));
    }

    private static Start start(StartPlan.Resume plan, Lane lane) {
        return Objects.requireNonNull(plan.lanes().get(lane.name()), lane.name());
    }

    private static Filling filling(Lane lane, Start start, List<CopiedChunk> recorded, SourceState source) {
        Followed followed = source.copy() == CopyMode.ONLY
                ? Followed.NEVER
                : start.progress() == Progress.FILLING ? Followed.FROM_THE_START : Followed.SINCE;
        Holdings holdings = new Holdings(recorded, start.position(), followed).voiding(voided(lane, source));
        return new Filling(lane, start, holdings);
    }

    /** What somebody has taken out of the publication has changed unseen. */
    private static Set<Long> voided(Lane lane, SourceState source) {
        return Stream.concat(lane.voided().stream(), source.unpublished().stream())
                .collect(Collectors.toSet());
    }

    /** OIDs of the tables of which a lane is to have more. */
    private static Set<Long> missing(Filling filling, SourceState source) {
        return source.copy() == CopyMode.NEVER
                ? Set.of()
                : wanted(filling.lane(), source).stream()
                        .filter(table -> !filling.holdings().hold(table))
                        .map(Relation::oid)
                        .collect(Collectors.toSet());
    }

    private static Set<Long> missing(List<Filling> fillings, SourceState source) {
        return fillings.stream()
                .flatMap(filling -> missing(filling, source).stream())
                .collect(Collectors.toSet());
    }

    private static List<Relation> wanted(Lane lane, SourceState source) {
        return source.tables().stream().filter(lane.route()::includes).toList();
    }

    private Mono<Ready> resumeInTurns(StartPlan.Resume plan, List<Filling> fillings, SourceState source) {
        return Flux.fromIterable(fillings)
                .concatMap(filling -> admit(filling, source))
                .collectList()
                .flatMap(admitted -> {
                    Set<Long> missing = missing(admitted, source);
                    return missing.isEmpty()
                            ? goOn(plan, admitted, source, false)
                            : takeTurn(plan, admitted, missing, source);
                });
    }

    /** With what a lane goes on: nothing of tables that it does not follow, and a lane that came later without tables. */
    private Mono<Filling> admit(Filling filling, SourceState source) {
        Lane lane = filling.lane();
        Position start = filling.start().position();
        Holdings followed = filling.holdings().of(wanted(lane, source));
        TableCopies copies = copies(source.identity());
        Start streaming = new Start(start, Progress.STREAMING);
        if (filling.start().progress() == Progress.FILLING) {
            List<CopiedChunk> fresh = followed.fresh();
            return copies.keep(lane, start, fresh)
                    .then(state.run(store -> store.added(spec.name(), lane.name(), start)))
                    .then(Mono.defer(() -> copies.seal(filling)))
                    .thenReturn(new Filling(lane, streaming, new Holdings(fresh, start, Followed.SINCE)));
        }
        if (filling.start().progress() == Progress.FILLED) {
            return copies.seal(filling).thenReturn(new Filling(lane, streaming, followed));
        }
        Filling admitted = new Filling(lane, streaming, followed);
        List<CopiedChunk> stale = followed.gone();
        if (stale.isEmpty()) {
            return Mono.just(admitted);
        }
        LOG.info(
                "{}/{}: not followed any more, and to be copied anew should they come back: {}",
                spec.name(),
                lane.name(),
                stale.stream().map(CopiedChunk::displayName).distinct().collect(Collectors.joining(", ")));
        return copies.keep(lane, start, followed.recorded()).thenReturn(admitted);
    }

    /** Copies for a while from a view of the tables as they are now. */
    private Mono<Ready> takeTurn(StartPlan.Resume plan, List<Filling> fillings, Set<Long> missing, SourceState source) {
        turns.begin();
        copying.run();
        return Mono.usingWhen(
                        later(fillings, missing, turns.patience()),
                        snapshot -> {
                            tellOfTurn(snapshot, plan);
                            turns.hadSnapshot();
                            return copies(source.identity())
                                    .fill(fillings, snapshot, CopyWay.LATER, lane -> turns.turn(lane.voided()));
                        },
                        Snapshot::close)
                .switchIfEmpty(Mono.fromSupplier(() -> inVain(fillings)))
                .map(filled -> ready(filled, source));
    }

    private void tellOfTurn(Snapshot snapshot, StartPlan.Resume plan) {
        if (toldOfCopy) {
            LOG.debug("{}: copying more as of {}", spec.name(), snapshot.position());
        } else {
            toldOfCopy = true;
            LOG.info(
                    "{}: copying what is missing as of {} and later, in turns with the stream, which goes on from {}",
                    spec.name(),
                    snapshot.position(),
                    plan.least());
        }
    }

    private List<Filling> inVain(List<Filling> fillings) {
        turns.inVain();
        LOG.info(
                "{}: transactions that are open in the source do not let what is missing be copied yet; trying again,"
                        + " the stream goes on meanwhile",
                spec.name());
        return fillings;
    }

    private Mono<Snapshot> later(List<Filling> fillings, Set<Long> missing, Duration patience) {
        Set<Long> begun = fillings.stream()
                .flatMap(filling -> filling.holdings().begun().stream())
                .collect(Collectors.toSet());
        return Mono.defer(() -> spec.source().origin().later(missing, begun, patience));
    }

    private Mono<Ready> resumeAtOnce(StartPlan.Resume plan, List<Filling> fillings, SourceState source, boolean first) {
        Set<Long> missing = missing(fillings, source);
        return missing.isEmpty()
                ? goOn(plan, fillings, source, first)
                : fillLater(plan, fillings, missing, source, first);
    }

    private Mono<Ready> goOn(StartPlan.Resume plan, List<Filling> fillings, SourceState source, boolean first) {
        LOG.info("{}: going on from {}", spec.name(), plan.least());
        return complete(fillings, source, first);
    }

    /** From a view of the tables as they are now. */
    private Mono<Ready> fillLater(
            StartPlan.Resume plan, List<Filling> fillings, Set<Long> missing, SourceState source, boolean first) {
        copying.run();
        return Mono.usingWhen(
                        later(fillings, missing, Turns.FOR_EVER),
                        snapshot -> {
                            LOG.info(
                                    "{}: copying what is missing as of {}, the stream goes on from {}",
                                    spec.name(),
                                    snapshot.position(),
                                    plan.least());
                            return fill(fillings, snapshot, CopyWay.LATER, source, first);
                        },
                        Snapshot::close)
                .switchIfEmpty(
                        Mono.error(
                                () -> new SyncException(
                                        ErrorKind.SOURCE_UNAVAILABLE,
                                        "the source gives no snapshot: no replication slot is free, or an earlier one has not ended.")));
    }

    private Mono<Ready> fill(
            List<Filling> fillings, Snapshot snapshot, CopyWay way, SourceState source, boolean first) {
        toldOfCopy = true;
        return copies(source.identity())
                .fill(fillings, snapshot, way, lane -> Turns.unlimited())
                .flatMap(filled -> complete(filled, source, first));
    }

    private TableCopies copies(SourceIdentity source) {
        return new TableCopies(spec.name(), state, backoff, source);
    }

    private Mono<Ready> complete(List<Filling> fillings, SourceState source, boolean first) {
        return record(fillings, source.identity(), first)
                .then(Flux.fromIterable(fillings)
                        .concatMap(copies(source.identity())::seal)
                        .then())
                .then(Mono.fromSupplier(() -> ready(fillings, source)));
    }

    private Mono<Void> record(List<Filling> fillings, SourceIdentity source, boolean first) {
        List<Filling> unknown = fillings.stream()
                .filter(filling -> filling.start().progress() == Progress.FILLING)
                .toList();
        if (unknown.isEmpty()) {
            return Mono.empty();
        }
        List<String> names =
                unknown.stream().map(filling -> filling.lane().name()).toList();
        Position start = unknown.get(0).start().position();
        return state.run(store -> {
            if (first) {
                store.copied(spec.name(), source, start, names);
            } else {
                names.forEach(name -> store.added(spec.name(), name, start));
            }
        });
    }

    private Ready ready(List<Filling> fillings, SourceState source) {
        Map<String, Beginning> beginnings = new LinkedHashMap<>();
        boolean complete = true;
        for (Filling filling : fillings) {
            Position position = filling.start().position();
            Set<Long> missing = missing(filling, source);
            complete &= missing.isEmpty();
            Overlap overlap = Overlap.of(filling.holdings().everCopied(), position, missing);
            beginnings.put(filling.lane().name(), new Beginning(position, overlap));
        }
        if (complete && toldOfCopy) {
            toldOfCopy = false;
            LOG.info("{}: the copy is complete", spec.name());
        }
        return new Ready(source.identity(), beginnings, true, complete ? Optional.empty() : Optional.of(turns.pause()));
    }

    private Mono<Optional<PipelineCheckpoint>> known() {
        return state.ask(store -> Optional.ofNullable(store.load(spec.name())));
    }
}
