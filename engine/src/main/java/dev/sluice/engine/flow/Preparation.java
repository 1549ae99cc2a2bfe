package dev.sluice.engine.flow;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.Position;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Everything before the stream: look at the source, open the sinks, decide, and copy what a lane lacks: everything before
 * the first stream, later the tables and the sinks that came since. The order in which things become durable is what makes
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
 */
final class Preparation {
    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);

    private final PipelineSpec spec;
    private final List<Lane> lanes;
    private final Backoff backoff;
    private final Consumer<SyncException> sourceTrouble;
    private final Runnable copying;
    private final StateAccess state;

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
     */
    record Ready(SourceIdentity source, Map<String, Beginning> lanes, boolean streams) {
        Ready {
            lanes = Map.copyOf(lanes);
        }

        Ready withoutStream() {
            return new Ready(source, lanes, false);
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
        source.notices().forEach(notice -> LOG.warn("{}: {}", spec.name(), notice));
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
        return fill(fillings, snapshot, CopyWay.FIRST, source.identity(), true);
    }

    private static long tables(Snapshot snapshot) {
        return snapshot.tables().stream().map(TableCopy::relation).distinct().count();
    }

    /** @param first whether this is still the first copy */
    private Mono<Ready> resume(StartPlan.Resume plan, SourceState source, boolean first) {
        return Flux.fromIterable(lanes)
                .concatMap(lane -> recorded(lane).map(chunks -> filling(lane, start(plan, lane), chunks, source)))
                .collectList()
                .flatMap(fillings -> isComplete(fillings, source)
                        ? goOn(plan, fillings, source.identity(), first)
                        : fillLater(plan, fillings, source.identity(), first));
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
        return new Filling(lane, start, new Holdings(recorded, start.position(), followed));
    }

    private static boolean isComplete(List<Filling> fillings, SourceState source) {
        return source.copy() == CopyMode.NEVER
                || fillings.stream().allMatch(filling -> source.tables().stream()
                        .filter(filling.lane().route()::includes)
                        .allMatch(filling.holdings()::hold));
    }

    private Mono<Ready> goOn(StartPlan.Resume plan, List<Filling> fillings, SourceIdentity source, boolean first) {
        LOG.info("{}: going on from {}", spec.name(), plan.least());
        return complete(fillings, copies(source), source, first);
    }

    /** From a view of the tables as they are now. */
    private Mono<Ready> fillLater(StartPlan.Resume plan, List<Filling> fillings, SourceIdentity source, boolean first) {
        copying.run();
        Set<Long> begun = fillings.stream()
                .flatMap(filling -> filling.holdings().begun().stream())
                .collect(Collectors.toSet());
        return Mono.usingWhen(
                Mono.defer(() -> spec.source().origin().later(begun)),
                snapshot -> {
                    LOG.info(
                            "{}: copying what is missing as of {}, the stream goes on from {}",
                            spec.name(),
                            snapshot.position(),
                            plan.least());
                    return fill(fillings, snapshot, CopyWay.LATER, source, first);
                },
                Snapshot::close);
    }

    private Mono<Ready> fill(
            List<Filling> fillings, Snapshot snapshot, CopyWay way, SourceIdentity source, boolean first) {
        TableCopies copies = copies(source);
        return copies.fill(fillings, snapshot, way)
                .flatMap(filled -> complete(filled, copies, source, first))
                .doOnNext(ready -> LOG.info("{}: the copy is complete", spec.name()));
    }

    private TableCopies copies(SourceIdentity source) {
        return new TableCopies(spec.name(), state, backoff, source);
    }

    private Mono<Ready> complete(List<Filling> fillings, TableCopies copies, SourceIdentity source, boolean first) {
        return record(fillings, source, first)
                .then(Flux.fromIterable(fillings).concatMap(copies::seal).then())
                .thenReturn(ready(fillings, source));
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

    private static Ready ready(List<Filling> fillings, SourceIdentity source) {
        Map<String, Beginning> beginnings = new LinkedHashMap<>();
        for (Filling filling : fillings) {
            Position position = filling.start().position();
            beginnings.put(
                    filling.lane().name(),
                    new Beginning(position, Overlap.of(filling.holdings().recorded(), position)));
        }
        return new Ready(source, beginnings, true);
    }

    private Mono<Optional<PipelineCheckpoint>> known() {
        return state.ask(store -> Optional.ofNullable(store.load(spec.name())));
    }
}
