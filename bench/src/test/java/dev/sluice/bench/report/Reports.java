package dev.sluice.bench.report;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** Reports of nothing that was ever measured. */
final class Reports {
    static final Environment ENVIRONMENT =
            new Environment("Linux", "a processor", 2, 8L << 30, "a JVM", "18.1", Map.of("fsync", "off"));

    private Reports() {}

    /** One scenario, drain, with one comparison. */
    static Report of(PeerResult... results) {
        return of(drain(Map.of(), null, results));
    }

    static Report of(ScenarioReport... scenarios) {
        return new Report(Instant.EPOCH, "bin/sluice bench drain", ENVIRONMENT, List.of(scenarios));
    }

    static ScenarioReport drain(Map<String, String> skipped, @Nullable String failure, PeerResult... results) {
        return new ScenarioReport(
                "drain",
                "how fast it is",
                Map.of("rows", 1_000),
                results.length == 0 ? List.of() : List.of(rates(results)),
                skipped,
                failure);
    }

    static Comparison rates(PeerResult... results) {
        return new Comparison("drain", Unit.ROWS_PER_SECOND, 1_000, List.of(results));
    }

    /** A peer that took a second for each round. */
    static PeerResult peer(String name, long... rates) {
        return PeerResult.of(
                name,
                Map.of("version", "1 of " + name),
                LongStream.of(rates)
                        .mapToObj(rate -> new Measurement(rate, Duration.ofSeconds(1), Map.of()))
                        .toList());
    }

    static PeerResult failed(String name, String why) {
        return new PeerResult(name, Map.of(), List.of(), why);
    }

    static Latencies latencies(long... micros) {
        Histogram recorder = Latencies.recorder();
        LongStream.of(micros).forEach(recorder::recordValue);
        return Latencies.of(recorder);
    }
}
