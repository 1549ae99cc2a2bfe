package dev.sluice.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReportTest {
    @Test
    void theJsonHoldsEveryRoundTheEnvironmentAndWhatWasSkipped() {
        Environment environment =
                new Environment("Linux", "a processor", 2, 1L << 30, "a JVM", "18.1", Map.of("fsync", "off"));
        PeerResult result = new PeerResult(
                "sluice",
                List.of(
                        new Measurement(1_000, Duration.ofMillis(10), Map.of("bytes", 5)),
                        new Measurement(1_000, Duration.ofMillis(20), Map.of())));
        Report report = new Report(
                "drain",
                Instant.EPOCH,
                environment,
                Map.of("rows", 1_000),
                List.of(result),
                Map.of("other", "not installed"),
                List.of("a closing line"),
                true);

        JsonObject json = new JsonObject(report.toJson());

        assertThat(json.getString("startedAt")).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(json.getJsonObject("environment")
                        .getJsonObject("postgresSettings")
                        .getString("fsync"))
                .isEqualTo("off");
        assertThat(json.getJsonObject("skipped").getString("other")).isEqualTo("not installed");
        JsonObject peer = json.getJsonArray("peers").getJsonObject(0);
        assertThat(peer.getJsonObject("rowsPerSecond").getLong("median")).isEqualTo(75_000);
        assertThat(peer.getJsonArray("rounds")
                        .getJsonObject(0)
                        .getJsonObject("details")
                        .getInteger("bytes"))
                .isEqualTo(5);
    }
}
