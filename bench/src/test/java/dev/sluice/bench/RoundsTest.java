package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.report.PeerResult;
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
    private final Rounds rounds = new Rounds(said::add);

    @Test
    void allPeersAreMeasuredInEachRoundAndTakeTurnsToBegin() throws Exception {
        List<PeerResult> results = rounds.measure(List.of(peer("a", null), peer("b", null)), 3);

        assertThat(log).containsExactly("a1", "b1", "b2", "a2", "a3", "b3");
        assertThat(results).extracting(PeerResult::peer).containsExactly("a", "b");
        assertThat(results).allSatisfy(result -> assertThat(result.rounds()).hasSize(3));
    }

    @Test
    void aPeerThatIsMissingIsNamedWithTheReason() throws Exception {
        List<PeerResult> results = rounds.measure(List.of(peer("a", null), peer("b", "not installed")), 1);

        assertThat(results).extracting(PeerResult::peer).containsExactly("a");
        assertThat(rounds.skipped()).containsExactly(Map.entry("b", "not installed"));
        assertThat(said).contains("skipped: b (not installed)");
    }

    private Peer peer(String name, @Nullable String missing) {
        return new Peer() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public Optional<String> missing() {
                return Optional.ofNullable(missing);
            }

            @Override
            public Measurement measure(int round) {
                log.add(name + round);
                return new Measurement(10, Duration.ofSeconds(1), Map.of());
            }
        };
    }
}
