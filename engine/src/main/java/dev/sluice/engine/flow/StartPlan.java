package dev.sluice.engine.flow;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.checkpoint.PipelineCheckpoint;
import dev.sluice.engine.source.CopyMode;
import dev.sluice.engine.source.SourceState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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
     * Go on, after copying what a lane lacks.
     *
     * @param lanes by name
     */
    record Resume(Map<String, Start> lanes) implements StartPlan {
        public Resume {
            lanes = Map.copyOf(lanes);
        }

        Position least() {
            return lanes.values().stream()
                    .map(Start::position)
                    .reduce(Position::min)
                    .orElseThrow();
        }
    }

    /** How far a lane has come. */
    enum Progress {
        /** The state does not know it yet. */
        FILLING,
        /** The state knows where it goes on, its sink does not say so yet. */
        FILLED,
        /** It has been streaming. */
        STREAMING
    }

    /** Where the stream of a lane goes on. */
    record Start(Position position, Progress progress) {}

    /**
     * A sink, as far as a start is concerned.
     *
     * @param keepsOwnPosition in the target, rather than in the state directory
     * @param own what it says it has
     */
    record SinkFacts(String name, boolean keepsOwnPosition, Position own) {}

    /** Decides, or refuses with a {@link SyncException} that says what contradicts what. */
    static StartPlan decide(SourceState source, @Nullable PipelineCheckpoint known, List<SinkFacts> sinks) {
        if (!isFollowed(source) && source.confirmed() != null) {
            throw new SyncException(
                    ErrorKind.STATE_MISMATCH,
                    "slot " + source.identity().slot() + " exists, so this pipeline has followed its tables; with"
                            + " copy: only nobody would read the slot, and the server would keep WAL for it");
        }
        if (known == null) {
            return withoutState(source, sinks);
        }
        requireSameStream(source, known);
        return known.isCopied() ? afterCopy(source, known, sinks) : duringCopy(source, known, sinks);
    }

    private static boolean isFollowed(SourceState source) {
        return source.copy() != CopyMode.ONLY;
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
            return resume(source, starts(sinks, sink -> new Start(sink.own(), Progress.STREAMING)));
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

    private static StartPlan duringCopy(SourceState source, PipelineCheckpoint known, List<SinkFacts> sinks) {
        for (SinkFacts sink : sinks) {
            if (!sink.own().isNone()) {
                throw new SyncException(
                        ErrorKind.STATE_MISMATCH,
                        "the first copy of this pipeline is not finished, but sink " + sink.name() + " is at "
                                + sink.own());
            }
        }
        // Nothing has been confirmed to a slot of ours before the end of its copy.
        return !known.begun().isNone() && (!isFollowed(source) || known.begun().equals(source.confirmed()))
                ? resume(source, starts(sinks, sink -> new Start(known.begun(), Progress.FILLING)))
                : new Copy();
    }

    private static StartPlan afterCopy(SourceState source, PipelineCheckpoint known, List<SinkFacts> sinks) {
        return resume(source, starts(sinks, sink -> afterCopy(source, known, sink)));
    }

    /** A sink that came later begins where the server still has everything, or, without a stream, where the others did. */
    private static Start afterCopy(SourceState source, PipelineCheckpoint known, SinkFacts sink) {
        Position saved = known.sinks().get(sink.name());
        if (sink.keepsOwnPosition() && !sink.own().isNone()) {
            return new Start(sink.own(), Progress.STREAMING);
        }
        if (saved == null) {
            return new Start(source.confirmed() == null ? known.snapshot() : source.confirmed(), Progress.FILLING);
        }
        return new Start(saved, sink.keepsOwnPosition() ? Progress.FILLED : Progress.STREAMING);
    }

    private static Map<String, Start> starts(List<SinkFacts> sinks, Function<SinkFacts, Start> start) {
        Map<String, Start> starts = new LinkedHashMap<>();
        sinks.forEach(sink -> starts.put(sink.name(), start.apply(sink)));
        return starts;
    }

    private static StartPlan resume(SourceState source, Map<String, Start> lanes) {
        Resume plan = new Resume(lanes);
        if (!isFollowed(source)) {
            return plan;
        }
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
