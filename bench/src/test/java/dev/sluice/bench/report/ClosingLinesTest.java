package dev.sluice.bench.report;

import static dev.sluice.bench.report.Reports.failed;
import static dev.sluice.bench.report.Reports.latencies;
import static dev.sluice.bench.report.Reports.peer;
import static dev.sluice.bench.report.Reports.rates;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClosingLinesTest {
    @Test
    void thereIsOneLineForEachPeerBesideUs() {
        Comparison comparison = rates(
                peer("sluice", 80_000, 90_000, 70_000),
                peer("pg_recvlogical", 100_000, 100_000, 100_000),
                peer("other", 40_000));

        assertThat(ClosingLines.of(comparison))
                .containsExactly(
                        "drain: sluice 80000 rows/s, pg_recvlogical 100000 rows/s, ratio 0.80 (spread sluice 70000 to 90000"
                                + " in 3 rounds; pg_recvlogical 100000 to 100000 in 3 rounds)",
                        "drain: sluice 80000 rows/s, other 40000 rows/s, ratio 2.00 (spread sluice 70000 to 90000"
                                + " in 3 rounds; other 40000 to 40000 in 1 round)");
    }

    @Test
    void aloneWeHaveALineToo() {
        assertThat(ClosingLines.of(rates(peer("sluice", 80_000))))
                .containsExactly("drain: sluice 80000 rows/s (spread sluice 80000 to 80000 in 1 round)");
    }

    @Test
    void forLatenciesTheRatioIsTheirsOverOurs() {
        Comparison comparison = new Comparison(
                "latency", Unit.MILLIS_P99, 1, List.of(follower("sluice", 2_000), follower("debezium", 30_000)));

        assertThat(ClosingLines.of(comparison))
                .singleElement()
                .asString()
                .startsWith(
                        "latency: sluice 2.00 ms p99 2.00 ms p50, debezium 30.02 ms p99 30.02 ms p50, ratio 15.01 (");
    }

    @Test
    void theMostMemoryOfAnyRoundAndTheMedianStartAreOurs() {
        PeerResult ours = PeerResult.of("sluice", Map.of(), List.of(round(100, 500), round(300, 100), round(200, 200)));

        assertThat(ClosingLines.of(rates(ours, peer("pgjdbc", 1))))
                .singleElement()
                .asString()
                .endsWith("), at most 300 MB of memory, start 0.20 s");
    }

    @Test
    void aPeerThatFailedIsNamedWithTheReason() {
        assertThat(ClosingLines.of(rates(peer("sluice", 10), failed("debezium", "out of memory"))))
                .containsExactly("drain: sluice 10 rows/s, debezium failed: out of memory");
    }

    @Test
    void ifWeFailedThatIsAllThereIsToSay() {
        assertThat(ClosingLines.of(rates(failed("sluice", "rows are missing"), peer("pgjdbc", 10))))
                .containsExactly("drain: sluice failed: rows are missing");
    }

    private static PeerResult follower(String name, long micros) {
        return PeerResult.of(
                name,
                Map.of(),
                List.of(new Measurement(1, Duration.ofSeconds(1), Map.of(), List.of(), latencies(micros))));
    }

    private static Measurement round(long megabytes, long startMillis) {
        return new Measurement(
                1,
                Duration.ofSeconds(1),
                Map.of(Measurement.PEAK_MEMORY, megabytes * 1_000_000, Measurement.START, startMillis));
    }
}
