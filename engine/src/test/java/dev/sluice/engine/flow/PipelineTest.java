package dev.sluice.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.checkpoint.PipelineCheckpoint;
import dev.sluice.engine.flow.VirtualTime.VirtualProcess;
import dev.sluice.engine.route.Route;
import dev.sluice.engine.source.CopyMode;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** A pipeline with one sink, in virtual time, against a model of a server. */
class PipelineTest {
    private final SyncException away = new SyncException(ErrorKind.SINK_UNAVAILABLE, "the target is away.");
    private static final PipelineSettings SETTINGS = new PipelineSettings(
            64_000, 16_000, 2, Duration.ZERO, Duration.ofSeconds(20), Duration.ofMillis(100), Duration.ofSeconds(2));

    private final Random random = new Random(42);
    private final VirtualTime time = new VirtualTime(random);
    private final ModelServer server = new ModelServer(random);
    private final ModelStore store = new ModelStore(random, snapshot -> {});
    private final ScriptedSink sink = new ScriptedSink();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final VirtualProcess process = time.process();
    private final ModelSource source = new ModelSource(server, random, process.thread("source"), 4_000, position -> {});
    private final Pipeline pipeline = Pipeline.builder("shop")
            .source(source)
            .sink("sink", sink, Route.everything())
            .checkpoints(store)
            .meters(meters)
            .clock(time.clock())
            .settings(SETTINGS)
            .threads(VirtualThreads.of(process))
            .build();

    /** How a Mono ended, if it has. */
    private static final class Outcome {
        private boolean completed;
        private @Nullable Throwable error;

        Outcome(Mono<Void> mono) {
            mono.subscribe(nothing -> {}, failure -> error = failure, () -> completed = true);
        }

        ErrorKind kind() {
            return SyncException.from(Objects.requireNonNull(error)).kind();
        }
    }

    private Outcome start() {
        return new Outcome(pipeline.start());
    }

    private void startAndCopy() {
        Outcome started = start();
        time.run(1_000);
        assertThat(started.completed).isTrue();
        assertThat(pipeline.status().isReady()).isTrue();
    }

    private List<Position> allChanges() {
        return server.changes().stream()
                .filter(ModelServer.Row::published)
                .map(ModelServer.Row::position)
                .toList();
    }

    private void assertEverythingIsFreed() {
        assertThat(source.leaks()).isEmpty();
        assertThat(sink.closed).isTrue();
        assertThat(meters.getMeters()).isEmpty();
        time.run(100);
        assertThat(process.outstanding()).isEmpty();
    }

    @Test
    void copiesAndThenStreams() {
        server.commit(10, 0);
        startAndCopy();
        assertThat(sink.copiedRows)
                .isEqualTo(ModelServer.TABLES.stream()
                        .mapToInt(table -> server.rows(table, server.end()).size())
                        .sum());
        int copied = server.changes().size();
        server.commit(5, 0);
        Outcome caughtUp = new Outcome(pipeline.caughtUp());
        time.run(1_000);
        assertThat(caughtUp.completed).isTrue();
        assertThat(sink.written)
                .containsExactlyElementsOf(allChanges().stream()
                        .filter(position -> position.isAfter(
                                server.changes().get(copied - 1).position()))
                        .toList());
        assertThat(pipeline.status().confirmed()).isEqualTo(server.end());
    }

    @Test
    void waitsForASourceThatIsNotUp() {
        server.shutDown();
        Outcome started = start();
        time.run(60_000);
        assertThat(started.completed).isFalse();
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.CONNECTING);
        assertThat(pipeline.status().reason()).contains("gone");
        server.startUp();
        time.run(5_000);
        assertThat(started.completed).isTrue();
        assertThat(pipeline.status().isReady()).isTrue();
        assertThat(pipeline.status().reason()).isNull();
    }

    @Test
    void anIdleSourceThatWasAwayIsReadyAgainWithoutAChange() {
        startAndCopy();
        server.shutDown();
        source.disconnect();
        time.run(10_000);
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.RECONNECTING);
        assertThat(pipeline.status().isReady()).isFalse();
        server.startUp();
        time.run(5_000);
        assertThat(pipeline.status().isReady()).isTrue();
    }

    @Test
    void aSourceThatComesBackNowAndThenIsNotWaitedForLongerEachTime() {
        startAndCopy();
        for (int outage = 0; outage < 30; outage++) {
            source.disconnect();
            server.commit(1, 0);
            time.run(1_000);
        }
        source.disconnect();
        time.run(150);
        assertThat(pipeline.status().isReady()).isTrue();
    }

    @Test
    void aCopyWithoutAStreamEndsByItselfAndFreesEverything() {
        source.copy = CopyMode.ONLY;
        server.commit(20, 0);
        Outcome started = start();
        Outcome caughtUp = new Outcome(pipeline.caughtUp());
        time.run(1_000);
        assertThat(started.completed).isTrue();
        assertThat(caughtUp.completed).isTrue();
        assertThat(new Outcome(pipeline.finished()).completed).isTrue();
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.STOPPED);
        assertThat(sink.copiedRows).isPositive();
        assertThat(server.confirmed()).isNull();
        assertEverythingIsFreed();
    }

    @Test
    void aTableThatComesIsCopiedAndFollowedWithoutARestart() {
        startAndCopy();
        server.commit(10, 0);
        time.run(1_000);
        int before = sink.copiedRows;
        server.makeTable();
        server.commit(40, 0);
        time.run(2_000);
        int rows = server.rows(ModelServer.LATER, server.end()).size();
        assertThat(rows).isPositive();
        assertThat(sink.copiedRows - before).isEqualTo(rows);
        server.commit(40, 0);
        Outcome caughtUp = new Outcome(pipeline.caughtUp());
        time.run(1_000);
        assertThat(caughtUp.completed).isTrue();
        assertThat(sink.written).containsExactlyElementsOf(allChanges());
        assertThat(sink.opens).isGreaterThan(1);
        assertThat(pipeline.status().isReady()).isTrue();
        assertThat(pipeline.status().confirmed()).isEqualTo(server.end());
    }

    /** A turn copies one chunk here. */
    @Test
    void whatComesIsCopiedInTurnsWithTheStreamAndWhoWaitsToCatchUpWaitsForAllOfIt() {
        startAndCopy();
        server.makeTable();
        server.commit(200, 0);
        while (pipeline.status().state() == PipelineState.STREAMING) {
            time.run(1);
        }
        int atOnce = sink.written.size();
        Outcome caughtUp = new Outcome(pipeline.caughtUp());
        int goesOn = 0;
        while (!caughtUp.completed) {
            goesOn = sink.written.size();
            server.commit(1, 0);
            time.run(5);
        }
        assertThat(goesOn).as("written before all was copied").isGreaterThan(atOnce);
        List<CopiedChunk> copied = store.recorded("sink").stream()
                .filter(chunk -> chunk.relation() == ModelServer.LATER.oid())
                .toList();
        assertThat(copied.stream().map(CopiedChunk::readAt).distinct()).hasSizeGreaterThan(1);
        assertThat(pipeline.status().lanes().get(0).copy().tables())
                .singleElement()
                .satisfies(table -> assertThat(table.finished()).isTrue());
    }

    @Test
    void aTableThatComesWhileTheSinkIsAwayWaitsForIt() {
        startAndCopy();
        int before = sink.copiedRows;
        for (int attempt = 0; attempt < 5; attempt++) {
            sink.reject(away);
        }
        server.commit(5, 0);
        time.run(200);
        assertThat(pipeline.status().isReady()).isFalse();
        server.makeTable();
        server.commit(40, 0);
        time.run(20_000);
        assertThat(pipeline.status().isReady()).isTrue();
        assertThat(sink.copiedRows)
                .isEqualTo(before + server.rows(ModelServer.LATER, server.end()).size());
        assertThat(sink.written).containsExactlyElementsOf(allChanges());
    }

    @Test
    void stoppedWhileATableThatCameIsCopiedItCopiesItAtTheNextStart() {
        startAndCopy();
        server.makeTable();
        server.commit(40, 0);
        sink.hold();
        sink.hold();
        time.run(2_000);
        assertThat(pipeline.status().isReady()).isFalse();
        Outcome stopped = new Outcome(pipeline.stop());
        time.run(30_000);
        assertThat(stopped.completed).isTrue();
        assertThat(store.recorded("sink")).noneMatch(chunk -> chunk.relation() == ModelServer.LATER.oid());
        assertEverythingIsFreed();
    }

    @Test
    void stoppedBeforeItWasStartedItFreesEverythingAndDoesNotStart() {
        Outcome stopped = new Outcome(pipeline.stop());
        time.run(10);
        assertThat(stopped.completed).isTrue();
        assertThat(new Outcome(pipeline.finished()).completed).isTrue();
        Outcome started = start();
        time.run(1_000);
        assertThat(started.completed).isTrue();
        assertThat(sink.opens).isZero();
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.STOPPED);
        assertEverythingIsFreed();
    }

    @Test
    void stoppedWhileTheSourceIsAwayItDoesNotWaitForIt() {
        server.shutDown();
        start();
        time.run(10_000);
        Outcome stopped = new Outcome(pipeline.stop());
        time.run(10);
        assertThat(stopped.completed).isTrue();
        assertEverythingIsFreed();
    }

    @Test
    void stoppedDuringTheCopyItLeavesACopyThatBeginsAgain() {
        server.commit(20, 0);
        sink.hold();
        start();
        time.run(500);
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.COPYING);
        Outcome stopped = new Outcome(pipeline.stop());
        time.run(10);
        assertThat(stopped.completed).isTrue();
        assertThat(store.isCopied()).isFalse();
        assertEverythingIsFreed();
    }

    @Test
    void aSecondStartIsTheFirstOne() {
        Outcome first = start();
        Outcome second = start();
        time.run(1_000);
        assertThat(first.completed).isTrue();
        assertThat(second.completed).isTrue();
        assertThat(sink.opens).isEqualTo(1);
        assertThat(start().completed).isTrue();
    }

    @Test
    void aStartThatIsRefusedSaysWhyAndFreesEverything() {
        server.createSlot();
        Outcome started = start();
        time.run(1_000);
        assertThat(started.kind()).isEqualTo(ErrorKind.STATE_MISMATCH);
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.FAILED);
        assertThat(pipeline.status().reason()).contains("exists");
        assertThat(new Outcome(pipeline.stop()).completed).isTrue();
        assertEverythingIsFreed();
    }

    @Test
    void aRowThatTheSinkRefusesStopsThePipelineAndNothingAfterItIsConfirmed() {
        startAndCopy();
        Position before = pipeline.status().confirmed();
        Outcome finished = new Outcome(pipeline.finished());
        Outcome caughtUp = new Outcome(pipeline.caughtUp());
        server.commit(3, 0);
        Outcome later = new Outcome(pipeline.caughtUp());
        sink.reject(new SyncException(ErrorKind.ROW_REFUSED, "row 7 of public.t0 violates a constraint"));
        time.run(5_000);
        assertThat(caughtUp.completed || caughtUp.error != null).isTrue();
        assertThat(finished.kind()).isEqualTo(ErrorKind.ROW_REFUSED);
        assertThat(later.kind()).isEqualTo(ErrorKind.ROW_REFUSED);
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.FAILED);
        assertThat(pipeline.status().reason()).contains("row 7");
        assertThat(pipeline.status().lanes().get(0).state()).isEqualTo(LaneState.FAILED);
        assertThat(pipeline.status().confirmed())
                .isLessThan(server.changes().get(0).position());
        assertThat(pipeline.status().confirmed()).isGreaterThanOrEqualTo(before);
        assertEverythingIsFreed();
    }

    @Test
    void aSinkThatFailsIsOpenedAgainAndGetsWhatItHasNot() {
        startAndCopy();
        sink.reject(away).reject(away).failAfterWrite(away);
        server.commit(4, 0);
        time.run(150);
        assertThat(pipeline.status().lanes().get(0).state()).isEqualTo(LaneState.RETRYING);
        assertThat(pipeline.status().lanes().get(0).reason()).contains("away");
        time.run(5_000);
        assertThat(sink.opens).isEqualTo(4);
        List<Position> twice = new ArrayList<>(allChanges());
        twice.addAll(allChanges());
        assertThat(sink.written).isEqualTo(twice);
        assertThat(pipeline.status().isReady()).isTrue();
        assertThat(pipeline.status().lanes().get(0).retries()).isEqualTo(3);
    }

    @Test
    void aSinkThatFailedJustBeforeTheStopStillGetsEverything() {
        startAndCopy();
        sink.reject(away);
        server.commit(4, 0);
        while (pipeline.status().lanes().get(0).state() != LaneState.RETRYING) {
            time.run(1);
        }
        server.commit(4, 0);
        Outcome stopped = new Outcome(pipeline.stop());
        assertThat(pipeline.status().lanes().get(0).state()).isEqualTo(LaneState.DRAINING);
        time.run(2_000);
        assertThat(stopped.completed).isTrue();
        assertThat(sink.opens).isEqualTo(2);
        assertThat(sink.written).startsWith(allChanges().get(0)).doesNotHaveDuplicates();
        assertEverythingIsFreed();
    }

    @Test
    void aSinkThatNeverAnswersIsNotWaitedForLongerThanTheDrainTimeout() {
        startAndCopy();
        sink.hold();
        server.commit(4, 0);
        time.run(1_000);
        Outcome stopped = new Outcome(pipeline.stop());
        time.run(19_000);
        assertThat(stopped.completed).isFalse();
        assertThat(pipeline.status().state()).isEqualTo(PipelineState.DRAINING);
        time.run(2_000);
        assertThat(stopped.completed).isTrue();
        assertEverythingIsFreed();
    }

    @Test
    void aFailedSinkIsOpenedAgainInTheCopyAsWell() {
        server.commit(20, 0);
        sink.reject(away);
        start();
        time.run(5_000);
        assertThat(sink.opens).isEqualTo(2);
        assertThat(pipeline.status().isReady()).isTrue();
    }

    @Test
    void rowsOfTheCopyThatASinkDoesNotVouchForStopThePipeline() {
        server.commit(20, 0);
        sink.then(batch -> Mono.just(Position.NONE));
        Outcome finished = new Outcome(pipeline.finished());
        start();
        time.run(5_000);
        assertThat(finished.kind()).isEqualTo(ErrorKind.INTERNAL);
        assertThat(store.isCopied()).isFalse();
    }

    @Test
    void aSinkThatAnswersTooMuchStopsThePipeline() {
        startAndCopy();
        Position tooFar = Position.boundary(Long.MAX_VALUE);
        sink.then(batch -> Mono.just(tooFar));
        Outcome finished = new Outcome(pipeline.finished());
        server.commit(4, 0);
        time.run(5_000);
        assertThat(finished.kind()).isEqualTo(ErrorKind.INTERNAL);
    }

    @Test
    void aSinkThatAnswersNothingStopsThePipeline() {
        startAndCopy();
        sink.then(batch -> Mono.empty());
        Outcome finished = new Outcome(pipeline.finished());
        server.commit(4, 0);
        time.run(5_000);
        assertThat(finished.kind()).isEqualTo(ErrorKind.INTERNAL);
        assertThat(finished.error).hasMessageContaining("without a position");
    }

    @Test
    void nothingIsConfirmedWhileTheDiskRefusesAndEverythingWhenItIsBack() {
        startAndCopy();
        Position before = pipeline.status().confirmed();
        store.failing(true);
        server.commit(4, 0);
        time.run(10_000);
        assertThat(sink.written).isNotEmpty();
        assertThat(pipeline.status().confirmed()).isEqualTo(before);
        store.failing(false);
        time.run(2_000);
        assertThat(pipeline.status().confirmed()).isEqualTo(server.end());
    }

    @Test
    void anIdleDatabaseIsConfirmedAsFarAsItIs() {
        startAndCopy();
        server.idle();
        time.run(2_000);
        assertThat(pipeline.status().confirmed()).isEqualTo(server.end());
        PipelineCheckpoint saved = Objects.requireNonNull(store.load("shop"));
        assertThat(saved.sinks()).isEqualTo(Map.of("sink", server.end()));
    }

    @Test
    void whoWaitsToCatchUpIsToldWhenItStopsInstead() {
        startAndCopy();
        sink.hold();
        server.commit(4, 0);
        Outcome caughtUp = new Outcome(pipeline.caughtUp());
        time.run(1_000);
        new Outcome(pipeline.stop());
        time.run(60_000);
        assertThat(caughtUp.completed).isFalse();
        assertThat(Objects.requireNonNull(caughtUp.error)).hasMessageContaining("before it had caught up");
    }

    @Test
    void namesAndPartsAreChecked() {
        assertThatThrownBy(() -> Pipeline.builder("a b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Pipeline.builder("a").build()).hasMessageContaining("no sink");
        assertThatThrownBy(() -> Pipeline.builder("a")
                        .sink("s", sink, Route.everything())
                        .sink("s", sink, Route.everything()))
                .hasMessageContaining("two sinks");
        assertThatThrownBy(() -> new PipelineSettings(
                        10,
                        20,
                        1,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(1),
                        Duration.ofMillis(1),
                        Duration.ofMillis(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
