package dev.sluice.bench.report;

import static dev.sluice.bench.report.Reports.failed;
import static dev.sluice.bench.report.Reports.latencies;
import static dev.sluice.bench.report.Reports.peer;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JsonReportTest {
    @Test
    void itSaysWhatRanWhenAndWhere() {
        JsonObject json = JsonReport.of(Reports.of(peer("sluice", 1)));

        assertThat(json.getString("startedAt")).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(json.getString("command")).isEqualTo("bin/sluice bench drain");
        assertThat(json.getJsonObject("environment")
                        .getJsonObject("postgresSettings")
                        .getString("fsync"))
                .isEqualTo("off");
    }

    @Test
    void eachPeerHasItsFiguresAndAllButUsARatio() {
        JsonArray peers = peers(Reports.of(peer("sluice", 100, 300, 200), peer("pgjdbc", 400)));

        JsonObject ours = peers.getJsonObject(0);
        assertThat(ours.getJsonObject("figure"))
                .isEqualTo(new JsonObject()
                        .put("median", 200.0)
                        .put("least", 100.0)
                        .put("most", 300.0));
        assertThat(ours.getInteger("medianRound")).isEqualTo(2);
        assertThat(ours.containsKey("ratio")).isFalse();
        assertThat(ours.getJsonObject("about").getString("version")).isEqualTo("1 of sluice");
        assertThat(peers.getJsonObject(1).getDouble("ratio")).isEqualTo(0.5);
    }

    @Test
    void eachRoundHasItsDetailsSamplesAndLatencies() {
        Measurement round = new Measurement(
                1_000,
                Duration.ofMillis(10),
                Map.of("bytes", 5, Measurement.PEAK_MEMORY, 7),
                List.of(new Sample(0, 0, -1), new Sample(10, 1_000, 6)),
                latencies(1_000, 2_000));

        JsonObject peer = peers(Reports.of(PeerResult.of("sluice", Map.of(), List.of(round))))
                .getJsonObject(0);
        JsonObject json = peer.getJsonArray("rounds").getJsonObject(0);

        assertThat(peer.getLong("peakMemoryBytes")).isEqualTo(7);
        assertThat(json.getLong("rowsPerSecond")).isEqualTo(100_000);
        assertThat(json.getJsonObject("details").getInteger("bytes")).isEqualTo(5);
        assertThat(json.getJsonArray("samples").encode()).isEqualTo("[[0,0,-1],[10,1000,6]]");
        assertThat(json.getJsonObject("latency").getLong("count")).isEqualTo(2);
    }

    @Test
    void whoFailedKeepsTheRoundsBefore() {
        PeerResult broken =
                new PeerResult("debezium", Map.of(), peer("debezium", 5).rounds(), "out of memory");

        JsonObject json = peers(Reports.of(peer("sluice", 1), broken)).getJsonObject(1);

        assertThat(json.getString("failure")).isEqualTo("out of memory");
        assertThat(json.containsKey("figure")).isFalse();
        assertThat(json.getJsonArray("rounds")).hasSize(1);
    }

    @Test
    void whatWasSkippedAndWhatBrokeOffIsNamed() {
        Report report = Reports.of(Reports.drain(Map.of("pgjdbc", "not installed"), "the server went away"));

        JsonObject scenario = JsonReport.of(report).getJsonArray("scenarios").getJsonObject(0);

        assertThat(report.passed()).isFalse();
        assertThat(scenario.getJsonObject("skipped").getString("pgjdbc")).isEqualTo("not installed");
        assertThat(scenario.getString("failure")).isEqualTo("the server went away");
        assertThat(scenario.getJsonArray("lines")).containsExactly("drain: failed: the server went away");
    }

    @Test
    void itDoesNotPassIfWeFailed() {
        assertThat(JsonReport.of(Reports.of(failed("sluice", "rows are missing")))
                        .getBoolean("passed"))
                .isFalse();
        assertThat(JsonReport.of(Reports.of(peer("sluice", 1), failed("debezium", "out of memory")))
                        .getBoolean("passed"))
                .isTrue();
    }

    private static JsonArray peers(Report report) {
        return JsonReport.of(report)
                .getJsonArray("scenarios")
                .getJsonObject(0)
                .getJsonArray("comparisons")
                .getJsonObject(0)
                .getJsonArray("peers");
    }
}
