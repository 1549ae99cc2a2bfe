package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.report.PeerResult;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ClosingLinesTest {
    @Test
    void thereIsOneLineForEachPeerBesideUs() {
        List<String> lines = ClosingLines.of(
                "drain",
                List.of(
                        result("sluice", 80_000, 90_000, 70_000),
                        result("pg_recvlogical", 100_000, 100_000, 100_000),
                        result("other", 40_000)));

        assertThat(lines)
                .containsExactly(
                        "drain: sluice 80000 rows/s, pg_recvlogical 100000 rows/s, ratio 0.80"
                                + " (sluice 70000 to 90000 in 3 rounds; pg_recvlogical 100000 to 100000 in 3 rounds)",
                        "drain: sluice 80000 rows/s, other 40000 rows/s, ratio 2.00"
                                + " (sluice 70000 to 90000 in 3 rounds; other 40000 to 40000 in 1 round)");
    }

    @Test
    void aloneWeHaveALineToo() {
        assertThat(ClosingLines.of("drain", List.of(result("sluice", 80_000))))
                .containsExactly("drain: sluice 80000 rows/s (sluice 80000 to 80000 in 1 round)");
    }

    private static PeerResult result(String peer, int... rates) {
        return new PeerResult(
                peer,
                IntStream.of(rates)
                        .mapToObj(rate -> new Measurement(rate, Duration.ofSeconds(1), Map.of()))
                        .toList());
    }
}
