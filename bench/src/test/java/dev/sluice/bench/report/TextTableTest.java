package dev.sluice.bench.report;

import static dev.sluice.bench.report.Reports.drain;
import static dev.sluice.bench.report.Reports.failed;
import static dev.sluice.bench.report.Reports.peer;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TextTableTest {
    @Test
    void textStandsToTheLeftAndFiguresToTheRight() {
        PeerResult ours = PeerResult.of(
                "sluice",
                Map.of(),
                List.of(new Measurement(
                        100_000, Duration.ofSeconds(1), Map.of(Measurement.PEAK_MEMORY, 128_000_000L))));

        assertThat(TextTable.of(drain(Map.of(), null, ours, peer("pg_recvlogical", 8, 9, 10), failed("COPY", "why"))))
                .containsExactly(
                        "       peer            median   least    most  unit    memory",
                        "drain  sluice          100000  100000  100000  rows/s  128 MB",
                        "       pg_recvlogical       9       8      10  rows/s",
                        "       COPY            failed");
    }

    @Test
    void aScenarioThatBrokeOffHasNothingButTheHeading() {
        assertThat(TextTable.of(drain(Map.of(), "why"))).hasSize(1);
    }
}
