package dev.sluice.bench.child;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.report.Latencies;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.report.Sample;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class JobResultTest {
    @Test
    void aResultSurvivesTheWayFromTheChild() {
        Histogram recorder = Latencies.recorder();
        recorder.recordValue(1_500);
        JobResult result = new JobResult(
                Duration.ofNanos(1_234),
                10,
                2_000,
                -1,
                Duration.ofMillis(5),
                Duration.ofMillis(6),
                List.of(new Sample(1, 2, 3)),
                Latencies.of(recorder),
                Duration.ofMillis(7),
                Map.of());

        JobResult arrived = JobResult.of(new JsonObject(result.toJson().encode()));

        assertThat(arrived)
                .usingRecursiveComparison()
                .ignoringFields("latencies")
                .isEqualTo(result);
        assertThat(arrived.toJson()).isEqualTo(result.toJson());
    }

    @Test
    void settingsOfAnotherPeerKeepTheirOrder() {
        List<String> names = IntStream.range(0, 20).mapToObj(n -> "setting" + n).toList();
        JsonObject settings = new JsonObject();
        names.forEach(name -> settings.put(name, "x"));
        JsonObject answer = result().toJson().put("version", "3.6").put("settings", settings);

        assertThat(JobResult.of(answer).about().keySet())
                .startsWith("version")
                .containsSubsequence(names)
                .hasSize(21);
    }

    @Test
    void whatNobodyLookedAtIsNotAmongTheDetails() {
        Measurement measurement = result().measurement(10);

        assertThat(measurement.details()).doesNotContainKey(Measurement.START);
        assertThat(measurement.latencies()).isNull();
        assertThat(measurement.peakMemoryBytes()).isEqualTo(-1);
    }

    private static JobResult result() {
        return new JobResult(
                Duration.ofSeconds(1),
                10,
                0,
                -1,
                Duration.ZERO,
                Duration.ZERO,
                List.of(),
                null,
                Duration.ZERO,
                Map.of());
    }
}
