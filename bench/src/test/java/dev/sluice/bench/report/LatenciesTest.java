package dev.sluice.bench.report;

import static dev.sluice.bench.report.Reports.latencies;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.vertx.core.json.JsonArray;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class LatenciesTest {
    private final Latencies hundred =
            latencies(LongStream.rangeClosed(1, 100).map(n -> n * 1_000).toArray());

    @Test
    void percentilesAreInMilliseconds() {
        assertThat(hundred.percentile(50)).isCloseTo(50, within(0.1));
        assertThat(hundred.percentile(99)).isCloseTo(99, within(0.1));
    }

    @Test
    void theySurviveTheWayFromAChildProcess() {
        Latencies decoded = Latencies.decode(hundred.encode());

        assertThat(decoded.toJson()).isEqualTo(hundred.toJson());
        assertThat(hundred.encode()).doesNotContain("\n");
    }

    @Test
    void whatIsNoHistogramIsRefused() {
        String nonsense = Base64.getEncoder().encodeToString(new byte[64]);

        assertThatThrownBy(() -> Latencies.decode(nonsense)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyChangeIsInOneOfTheBucketsWhichDoNotOverlap() {
        List<JsonArray> buckets = hundred.toJson().getJsonArray("buckets").stream()
                .map(JsonArray.class::cast)
                .toList();

        assertThat(buckets.stream().mapToLong(bucket -> bucket.getLong(2)).sum())
                .isEqualTo(100);
        assertThat(buckets).allSatisfy(bucket -> assertThat(bucket.getDouble(0)).isLessThan(bucket.getDouble(1)));
        assertThat(IntStream.range(1, buckets.size()).boxed())
                .allSatisfy(n -> assertThat(buckets.get(n).getDouble(0))
                        .isGreaterThanOrEqualTo(buckets.get(n - 1).getDouble(1)));
    }
}
