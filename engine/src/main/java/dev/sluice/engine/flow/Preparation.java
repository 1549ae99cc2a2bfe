package dev.sluice.engine.flow;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.checkpoint.CheckpointStore;
import dev.sluice.engine.checkpoint.PipelineCheckpoint;
import dev.sluice.engine.flow.PipelineBuilder.PipelineSpec;
import dev.sluice.engine.flow.StartPlan.SinkFacts;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.SourceState;
import dev.sluice.engine.source.TableCopy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Everything before the stream: look at the source, open the sinks, decide, and make the first copy if there has been
 * none. The order in which things become durable is what makes it safe to be killed anywhere:
 *
 * <ol>
 *   <li>the state says "copying", before there is a slot;
 *   <li>slot and snapshot, then the rows, in every sink;
 *   <li>the state says "copied as of the snapshot";
 *   <li>sinks that keep their own position are told so.
 * </ol>
 *
 * Killed before 3, the copy starts again; killed after it, 4 is repeated.
 */
final class Preparation {
    private static final Logger LOG = LoggerFactory.getLogger(Preparation.class);

    private final PipelineSpec spec;
    private final List<Lane> lanes;
    private final Backoff backoff;
    private final Consumer<SyncException> sourceTrouble;
    private final Runnable copying;

    /**
     * Nothing happens before {@link #run}.
     *
     * @param sourceTrouble told of each error of the source that is tried again
     * @param copying told when a first copy begins
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
    }

    /**
     * Where the stream may begin.
     *
     * @param positions of each lane, by name
     */
    record Ready(SourceIdentity source, Map<String, Position> positions) {
        Ready {
            positions = Map.copyOf(positions);
        }

        Position least() {
            return positions.values().stream().reduce(Position::min).orElseThrow();
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
        return Mono.zip(known(), sinks)
                .map(both -> StartPlan.decide(source, both.getT1().orElse(null), both.getT2()))
                .flatMap(plan -> carryOut(plan, source));
    }

    private static SinkFacts facts(Lane lane, Position own) {
        return new SinkFacts(lane.name(), lane.keepsOwnPosition(), own);
    }

    private Mono<Ready> carryOut(StartPlan plan, SourceState source) {
        if (plan instanceof StartPlan.Resume resume) {
            return resume(resume, source.identity());
        }
        return copy(source.identity());
    }

    private Mono<Ready> resume(StartPlan.Resume plan, SourceIdentity source) {
        LOG.info("{}: going on from {}", spec.name(), plan.least());
        Mono<Void> sealed =
                plan.seal().isNone() ? Mono.empty() : new FirstCopy(unsealed(plan), backoff, source).seal(plan.seal());
        return sealed.thenReturn(new Ready(source, plan.positions()));
    }

    private List<Lane> unsealed(StartPlan.Resume plan) {
        return lanes.stream()
                .filter(lane -> plan.seal().equals(plan.positions().get(lane.name())))
                .toList();
    }

    private Mono<Ready> copy(SourceIdentity source) {
        copying.run();
        return inStore(store -> store.copying(spec.name(), source))
                .then(Mono.usingWhen(
                        Mono.defer(() -> spec.source().origin().snapshot()),
                        snapshot -> copy(snapshot, source),
                        Snapshot::close));
    }

    private Mono<Ready> copy(Snapshot snapshot, SourceIdentity source) {
        Position position = snapshot.position();
        LOG.info(
                "{}: copying {} tables as of {}",
                spec.name(),
                snapshot.tables().stream().map(TableCopy::relation).distinct().count(),
                position);
        Map<String, Position> positions = new LinkedHashMap<>();
        lanes.forEach(lane -> positions.put(lane.name(), position));
        FirstCopy copy = new FirstCopy(lanes, backoff, source);
        return copy.fill(snapshot)
                .then(inStore(store -> store.copied(spec.name(), source, position, positions.keySet())))
                .then(Mono.defer(() -> copy.seal(position)))
                .thenReturn(new Ready(source, positions))
                .doOnNext(ready -> LOG.info("{}: the first copy is complete", spec.name()));
    }

    private Mono<Optional<PipelineCheckpoint>> known() {
        return Mono.fromCallable(() -> Optional.ofNullable(spec.checkpoints().load(spec.name())))
                .subscribeOn(spec.threads().checkpoints());
    }

    private Mono<Void> inStore(Consumer<CheckpointStore> work) {
        return Mono.<Void>fromRunnable(() -> work.accept(spec.checkpoints()))
                .subscribeOn(spec.threads().checkpoints());
    }
}
