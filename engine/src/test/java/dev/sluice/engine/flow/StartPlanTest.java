package dev.sluice.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.checkpoint.PipelineCheckpoint;
import dev.sluice.engine.flow.StartPlan.Copy;
import dev.sluice.engine.flow.StartPlan.Progress;
import dev.sluice.engine.flow.StartPlan.Resume;
import dev.sluice.engine.flow.StartPlan.SinkFacts;
import dev.sluice.engine.flow.StartPlan.Start;
import dev.sluice.engine.source.CopyMode;
import dev.sluice.engine.source.SourceState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Every row of the table that decides what a start does. */
class StartPlanTest {
    private static final SourceIdentity SOURCE = new SourceIdentity("7", 2, "shop", "slot");
    private static final Position SNAPSHOT = Position.boundary(100);
    private static final Position LATER = Position.boundary(200);

    private static SourceState slotAt(@Nullable Position confirmed) {
        return new SourceState(SOURCE, confirmed, List.of(), Set.of(), CopyMode.INITIAL, List.of());
    }

    private static SourceState copyOnly(@Nullable Position confirmed) {
        return new SourceState(SOURCE, confirmed, List.of(), Set.of(), CopyMode.ONLY, List.of());
    }

    private static SinkFacts plain(String name) {
        return new SinkFacts(name, false, Position.NONE);
    }

    private static SinkFacts keeper(String name, Position own) {
        return new SinkFacts(name, true, own);
    }

    private static PipelineCheckpoint copying() {
        return new PipelineCheckpoint(SOURCE, Position.NONE, Map.of());
    }

    private static PipelineCheckpoint begun(Position start) {
        return new PipelineCheckpoint(SOURCE, start, Position.NONE, Map.of());
    }

    private static Resume streaming(Map<String, Position> positions) {
        Map<String, Start> starts = new HashMap<>();
        positions.forEach((name, position) -> starts.put(name, new Start(position, Progress.STREAMING)));
        return new Resume(starts);
    }

    private static PipelineCheckpoint copied(Map<String, Position> sinks) {
        return new PipelineCheckpoint(SOURCE, SNAPSHOT, sinks);
    }

    private static void assertRefused(
            ErrorKind kind, String word, SourceState source, @Nullable PipelineCheckpoint known, SinkFacts... sinks) {
        assertThatThrownBy(() -> StartPlan.decide(source, known, List.of(sinks)))
                .isInstanceOfSatisfying(
                        SyncException.class, error -> assertThat(error.kind()).isEqualTo(kind))
                .hasMessageContaining(word);
    }

    @Test
    void nothingAnywhereMeansACopy() {
        assertThat(StartPlan.decide(slotAt(null), null, List.of(plain("a"), keeper("b", Position.NONE))))
                .isEqualTo(new Copy());
    }

    @Test
    void aSlotThatNobodyKnowsIsRefused() {
        assertRefused(ErrorKind.STATE_MISMATCH, "exists", slotAt(SNAPSHOT), null, plain("a"));
    }

    @Test
    void stateThatIsMissingWhileASinkHoldsAPositionIsRefused() {
        assertRefused(
                ErrorKind.STATE_MISMATCH, "knows nothing", slotAt(SNAPSHOT), null, plain("a"), keeper("b", SNAPSHOT));
        assertRefused(
                ErrorKind.STATE_MISMATCH,
                "knows nothing",
                slotAt(null),
                null,
                keeper("a", Position.NONE),
                keeper("b", SNAPSHOT));
    }

    @Test
    void sinksThatAllKeepTheirPositionNeedNoState() {
        assertThat(StartPlan.decide(slotAt(SNAPSHOT), null, List.of(keeper("a", SNAPSHOT), keeper("b", LATER))))
                .isEqualTo(streaming(Map.of("a", SNAPSHOT, "b", LATER)));
    }

    @Test
    void aCopyThatHadNoSlotYetBeginsAgain() {
        for (Position slot : new Position[] {null, SNAPSHOT}) {
            assertThat(StartPlan.decide(slotAt(slot), copying(), List.of(plain("a"), keeper("b", Position.NONE))))
                    .isEqualTo(new Copy());
        }
    }

    @Test
    void aCopyThatWasNotFinishedGoesOnWhereItsStreamBegins() {
        assertThat(StartPlan.decide(slotAt(SNAPSHOT), begun(SNAPSHOT), List.of(plain("a"), keeper("b", Position.NONE))))
                .isEqualTo(new Resume(Map.of(
                        "a", new Start(SNAPSHOT, Progress.FILLING), "b", new Start(SNAPSHOT, Progress.FILLING))));
    }

    @Test
    void aCopyWhoseSlotIsGoneOrAnotherBeginsAgain() {
        for (Position slot : new Position[] {null, LATER}) {
            assertThat(StartPlan.decide(slotAt(slot), begun(SNAPSHOT), List.of(plain("a"))))
                    .isEqualTo(new Copy());
        }
    }

    @Test
    void aSinkThatIsAheadOfAnUnfinishedCopyIsRefused() {
        assertRefused(ErrorKind.STATE_MISMATCH, "not finished", slotAt(SNAPSHOT), copying(), keeper("b", SNAPSHOT));
    }

    @Test
    void aFinishedCopyGoesOnWhereEachSinkIs() {
        PipelineCheckpoint known = copied(Map.of("a", LATER, "b", SNAPSHOT));
        Position own = Position.boundary(300);
        assertThat(StartPlan.decide(slotAt(SNAPSHOT), known, List.of(plain("a"), keeper("b", own))))
                .isEqualTo(streaming(Map.of("a", LATER, "b", own)));
    }

    @Test
    void aCopyThatIsNotFinalInEverySinkIsSealed() {
        PipelineCheckpoint known = copied(Map.of("a", SNAPSHOT, "b", SNAPSHOT, "c", SNAPSHOT));
        assertThat(StartPlan.decide(
                        slotAt(SNAPSHOT),
                        known,
                        List.of(plain("a"), keeper("b", Position.NONE), keeper("c", SNAPSHOT))))
                .isEqualTo(new Resume(Map.of(
                        "a", new Start(SNAPSHOT, Progress.STREAMING),
                        "b", new Start(SNAPSHOT, Progress.FILLED),
                        "c", new Start(SNAPSHOT, Progress.STREAMING))));
    }

    @Test
    void aTargetThatWasEmptiedAfterTheStreamHadGoneOnIsRefused() {
        PipelineCheckpoint known = copied(Map.of("a", LATER, "b", SNAPSHOT));
        assertRefused(ErrorKind.SOURCE_GAP, "ahead", slotAt(LATER), known, plain("a"), keeper("b", Position.NONE));
    }

    @Test
    void aSinkThatWasAddedLaterIsFilledAndBeginsWhereTheServerStillHasEverything() {
        assertThat(StartPlan.decide(
                        slotAt(SNAPSHOT),
                        copied(Map.of("a", LATER)),
                        List.of(plain("a"), plain("b"), keeper("c", Position.NONE))))
                .isEqualTo(new Resume(Map.of(
                        "a", new Start(LATER, Progress.STREAMING),
                        "b", new Start(SNAPSHOT, Progress.FILLING),
                        "c", new Start(SNAPSHOT, Progress.FILLING))));
    }

    @Test
    void aSinkThatWasTakenOutHoldsNobody() {
        PipelineCheckpoint known = copied(Map.of("a", LATER, "gone", SNAPSHOT));
        assertThat(StartPlan.decide(slotAt(LATER), known, List.of(plain("a"))))
                .isEqualTo(streaming(Map.of("a", LATER)));
    }

    @Test
    void aSlotThatIsGoneIsAGap() {
        assertRefused(ErrorKind.SOURCE_GAP, "is gone", slotAt(null), copied(Map.of("a", SNAPSHOT)), plain("a"));
        assertRefused(ErrorKind.SOURCE_GAP, "is gone", slotAt(null), null, keeper("a", SNAPSHOT));
    }

    @Test
    void aSlotThatIsAheadOfASinkIsAGap() {
        assertRefused(ErrorKind.SOURCE_GAP, "ahead", slotAt(LATER), copied(Map.of("a", SNAPSHOT)), plain("a"));
        assertRefused(ErrorKind.SOURCE_GAP, "ahead", slotAt(LATER), null, keeper("a", LATER), keeper("b", SNAPSHOT));
    }

    @Test
    void aSlotAtTheCommitOfTheTransactionInWhichASinkStandsWillDo() {
        Position inside = new Position(200, 3);
        assertThat(StartPlan.decide(slotAt(LATER), copied(Map.of("a", inside)), List.of(plain("a"))))
                .isEqualTo(streaming(Map.of("a", inside)));
    }

    @Test
    void aCopyWithoutAStreamNeedsNoSlotToGoOn() {
        assertThat(StartPlan.decide(copyOnly(null), null, List.of(plain("a"), keeper("b", Position.NONE))))
                .isInstanceOf(Copy.class);
        assertThat(StartPlan.decide(copyOnly(null), begun(SNAPSHOT), List.of(plain("a"))))
                .isEqualTo(new Resume(Map.of("a", new Start(SNAPSHOT, Progress.FILLING))));
        assertThat(StartPlan.decide(
                        copyOnly(null),
                        copied(Map.of("a", SNAPSHOT, "b", SNAPSHOT)),
                        List.of(plain("a"), keeper("b", Position.NONE), keeper("added", Position.NONE))))
                .isEqualTo(new Resume(Map.of(
                        "a", new Start(SNAPSHOT, Progress.STREAMING),
                        "b", new Start(SNAPSHOT, Progress.FILLED),
                        "added", new Start(SNAPSHOT, Progress.FILLING))));
    }

    @Test
    void aCopyWithoutAStreamIsRefusedWhereASlotWouldBeLeftBehind() {
        assertRefused(
                ErrorKind.STATE_MISMATCH, "copy: only", copyOnly(SNAPSHOT), copied(Map.of("a", SNAPSHOT)), plain("a"));
    }

    @Test
    void stateOfAnotherStreamIsRefused() {
        for (SourceIdentity other : List.of(
                new SourceIdentity("8", 2, "shop", "slot"),
                new SourceIdentity("7", 2, "other", "slot"),
                new SourceIdentity("7", 2, "shop", "other"))) {
            PipelineCheckpoint known = new PipelineCheckpoint(other, SNAPSHOT, Map.of("a", SNAPSHOT));
            assertRefused(ErrorKind.STATE_MISMATCH, "belongs to", slotAt(SNAPSHOT), known, plain("a"));
        }
    }

    @Test
    void aPromotedServerIsTheSameStreamButAnEarlierTimelineIsAGap() {
        SourceIdentity before = new SourceIdentity("7", 1, "shop", "slot");
        SourceIdentity after = new SourceIdentity("7", 3, "shop", "slot");
        Map<String, Position> sinks = Map.of("a", SNAPSHOT);
        assertThat(StartPlan.decide(
                        slotAt(SNAPSHOT), new PipelineCheckpoint(before, SNAPSHOT, sinks), List.of(plain("a"))))
                .isInstanceOf(Resume.class);
        assertRefused(
                ErrorKind.SOURCE_GAP,
                "back in time",
                slotAt(SNAPSHOT),
                new PipelineCheckpoint(after, SNAPSHOT, sinks),
                plain("a"));
    }
}
