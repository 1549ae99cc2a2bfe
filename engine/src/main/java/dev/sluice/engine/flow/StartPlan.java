package dev.sluice.engine.flow;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.checkpoint.PipelineCheckpoint;
import dev.sluice.engine.source.SourceState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a start has to do, decided from what the source, the state directory and the sinks say. Where they contradict each
 * other the start is refused; it is never "from now on".
 */
sealed interface StartPlan {
    /** Copy every table into every sink, then stream. */
    record Copy() implements StartPlan {}

    /**
     * Go on.
     *
     * @param positions where each lane goes on
     * @param seal position of a copy that is whole in every sink but not yet final in some, or NONE
     */
    record Resume(Map<String, Position> positions, Position seal) implements StartPlan {
        public Resume {
            positions = Map.copyOf(positions);
        }

        Position least() {
            return positions.values().stream().reduce(Position::min).orElseThrow();
        }
    }

    /**
     * A sink, as far as a start is concerned.
     *
     * @param keepsOwnPosition in the target, rather than in the state directory
     * @param own what it says it has
     */
    record SinkFacts(String name, boolean keepsOwnPosition, Position own) {}

    /** Decides, or refuses with a {@link SyncException} that says what contradicts what. */
    static StartPlan decide(SourceState source, @Nullable PipelineCheckpoint known, List<SinkFacts> sinks) {
        if (known == null) {
            return withoutState(source, sinks);
        }
        requireSameStream(source, known);
        return known.isCopied() ? afterCopy(source, known, sinks) : duringCopy(sinks);
    }

    private static void requireSameStream(SourceState source, PipelineCheckpoint known) {
        if (!known.source().isSameStream(source.identity())) {
            throw new SyncException(
                    ErrorKind.STATE_MISMATCH,
                    "the state belongs to " + known.source() + ", the source is " + source.identity());
        }
        if (source.identity().timeline() < known.source().timeline()) {
            throw new SyncException(
                    ErrorKind.SOURCE_GAP,
                    "the source went back in time: it is on timeline "
                            + source.identity().timeline() + ", the state was made on timeline "
                            + known.source().timeline());
        }
    }

    private static StartPlan withoutState(SourceState source, List<SinkFacts> sinks) {
        List<SinkFacts> filled =
                sinks.stream().filter(sink -> !sink.own().isNone()).toList();
        if (filled.size() == sinks.size()) {
            return resume(source, positions(sinks, Map.of()), Position.NONE);
        }
        if (!filled.isEmpty()) {
            throw new SyncException(
                    ErrorKind.STATE_MISMATCH,
                    "the state directory knows nothing of this pipeline, but " + names(filled)
                            + " already holds a position of it");
        }
        if (source.confirmed() != null) {
            throw new SyncException(
                    ErrorKind.STATE_MISMATCH,
                    "slot " + source.identity().slot() + " exists and is at " + source.confirmed()
                            + ", but neither the state directory nor a sink says what has been applied");
        }
        return new Copy();
    }

    private static StartPlan duringCopy(List<SinkFacts> sinks) {
        for (SinkFacts sink : sinks) {
            if (!sink.own().isNone()) {
                throw new SyncException(
                        ErrorKind.STATE_MISMATCH,
                        "the first copy of this pipeline is not finished, but sink " + sink.name() + " is at "
                                + sink.own());
            }
        }
        return new Copy();
    }

    private static StartPlan afterCopy(SourceState source, PipelineCheckpoint known, List<SinkFacts> sinks) {
        for (SinkFacts sink : sinks) {
            if (!known.sinks().containsKey(sink.name())) {
                throw new SyncException(
                        ErrorKind.CONFIGURATION,
                        "sink " + sink.name() + " was added to a pipeline that already runs, and would miss what"
                                + " the others have: give it a pipeline of its own");
            }
        }
        boolean sealed = sinks.stream()
                .noneMatch(sink -> sink.keepsOwnPosition() && sink.own().isNone());
        return resume(source, positions(sinks, known.sinks()), sealed ? Position.NONE : known.snapshot());
    }

    private static Map<String, Position> positions(List<SinkFacts> sinks, Map<String, Position> known) {
        Map<String, Position> positions = new LinkedHashMap<>();
        for (SinkFacts sink : sinks) {
            boolean own = sink.keepsOwnPosition() && !sink.own().isNone();
            positions.put(sink.name(), own ? sink.own() : known.getOrDefault(sink.name(), Position.NONE));
        }
        return positions;
    }

    private static StartPlan resume(SourceState source, Map<String, Position> positions, Position seal) {
        Resume plan = new Resume(positions, seal);
        Position confirmed = source.confirmed();
        if (confirmed == null) {
            throw new SyncException(
                    ErrorKind.SOURCE_GAP,
                    "slot " + source.identity().slot() + " is gone: changes after " + plan.least()
                            + " can no longer be read");
        }
        if (Long.compareUnsigned(confirmed.lsn(), plan.least().lsn()) > 0) {
            throw new SyncException(
                    ErrorKind.SOURCE_GAP,
                    "slot " + source.identity().slot() + " is at " + confirmed + ", ahead of what has been applied: "
                            + "changes between " + plan.least() + " and " + confirmed + " can no longer be read");
        }
        return plan;
    }

    private static String names(List<SinkFacts> sinks) {
        return sinks.stream().map(SinkFacts::name).collect(Collectors.joining(", "));
    }
}
