package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.report.PeerResult;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RoundsTest {
    private final List<String> log = new ArrayList<>();
    private final List<String> said = new ArrayList<>();
    private final Rounds rounds = new Rounds(said::add, 3);

    @Test
    void allPeersAreMeasuredInEachRoundAndTakeTurnsToBegin() throws Exception {
        List<PeerResult> results = rounds.measure(List.of(new Scripted("a"), new Scripted("b")));

        assertThat(log).containsExactly("a1", "b1", "b2", "a2", "a3", "b3");
        assertThat(results).extracting(PeerResult::peer).containsExactly("a", "b");
        assertThat(results).allSatisfy(result -> assertThat(result.rounds()).hasSize(3));
        assertThat(results.get(0).about()).isEqualTo(Map.of("version", "of a"));
        assertThat(said).contains("round 1 of 3: a 10 rows/s (10 rows in 1.00 s)");
    }

    @Test
    void aPeerThatIsMissingIsNamedOnceWithTheReasonAndTheOthersGoOn() throws Exception {
        List<Peer> peers = List.of(new Scripted("a"), new Scripted("b").missing("not installed"));

        List<PeerResult> results = rounds.measure(peers);
        rounds.measure(peers);

        assertThat(results).extracting(PeerResult::peer).containsExactly("a");
        assertThat(rounds.skipped()).containsExactly(Map.entry("b", "not installed"));
        assertThat(said).containsOnlyOnce("skipped: b (not installed)");
    }

    @Test
    void aPeerThatFailsIsOutAndKeepsTheRoundsBefore() throws Exception {
        Peer failing = new Scripted("b").failingIn(2, new IOException("rows are missing"));

        List<PeerResult> results = rounds.measure(List.of(new Scripted("a"), failing));

        assertThat(log).containsExactly("a1", "b1", "b2", "a2", "a3");
        assertThat(results.get(0).failed()).isFalse();
        assertThat(results.get(1).failure()).isEqualTo("rows are missing");
        assertThat(results.get(1).rounds()).hasSize(1);
        assertThat(said).contains("round 2 of 3: b failed: rows are missing");
    }

    @Test
    void anErrorWithoutAMessageIsNamedByItsType() throws Exception {
        Peer failing = new Scripted("a").failingIn(1, new IllegalStateException());

        assertThat(rounds.measure(List.of(failing)))
                .extracting(PeerResult::failure)
                .containsExactly("java.lang.IllegalStateException");
    }

    @Test
    void whoIsInterruptedStops() {
        Peer interrupted = new Scripted("a").failingIn(1, new InterruptedException());

        assertThatThrownBy(() -> rounds.measure(List.of(interrupted, new Scripted("b"))))
                .isInstanceOf(InterruptedException.class);
        assertThat(log).containsExactly("a1");
    }

    /** Does ten rows in a second, unless it is told otherwise. */
    private final class Scripted implements Peer {
        private final String name;
        private @Nullable String missing;
        private int failingRound;
        private Exception failure = new Exception();

        Scripted(String name) {
            this.name = name;
        }

        Scripted missing(String why) {
            missing = why;
            return this;
        }

        Scripted failingIn(int round, Exception error) {
            failingRound = round;
            failure = error;
            return this;
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Optional<String> missing() {
            return Optional.ofNullable(missing);
        }

        @Override
        public Measurement measure(int round) throws Exception {
            log.add(name + round);
            if (round == failingRound) {
                throw failure;
            }
            return new Measurement(10, Duration.ofSeconds(1), Map.of());
        }

        @Override
        public Map<String, Object> about() {
            return Map.of("version", "of " + name);
        }
    }
}
