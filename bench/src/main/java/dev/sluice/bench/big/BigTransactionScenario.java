package dev.sluice.bench.big;

import dev.sluice.bench.BenchSettings;
import dev.sluice.bench.Scenario;
import dev.sluice.bench.StateDirectory;
import dev.sluice.bench.report.Environment;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.report.PeerResult;
import dev.sluice.bench.report.Report;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.BenchServer;
import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * One transaction that is far larger than the heap goes through: read and thrown away, and applied to another PostgreSQL.
 * Passes if every row arrives.
 */
public final class BigTransactionScenario implements Scenario {
    private static final long ROWS = 2_000_000;
    private static final String HEAP = "256m";

    @Override
    public String name() {
        return "big-transaction";
    }

    @Override
    public String question() {
        return "whether one transaction that is far larger than the heap goes through";
    }

    @Override
    public List<String> peers() {
        return List.of();
    }

    @Override
    public Report run(BenchSettings settings, Progress progress) throws Exception {
        Instant startedAt = Instant.now();
        long rows = settings.rows().orElse(ROWS);
        String heap = settings.heap().orElse(HEAP);
        progress.say("starting two servers");
        try (BenchServer source = BenchServer.open(settings.source());
                BenchServer target = BenchServer.open(Optional.empty());
                Backlog backlog = new Backlog(source);
                StateDirectory states = new StateDirectory()) {
            List<String> options = new ArrayList<>(settings.javaOptions());
            options.add(0, "-Xmx" + heap);
            List<Passage> passages = List.of(
                    new DiscardedPassage(backlog, options, states),
                    new AppliedPassage(backlog, target, options, states));
            for (Passage passage : passages) {
                passage.prepare();
            }
            progress.say(String.format(Locale.ROOT, "writing one transaction of %,d rows", rows));
            backlog.write(rows, rows);
            Outcome outcome = new Outcome(rows, heap);
            for (Passage passage : passages) {
                progress.say("reading it: " + passage.name());
                outcome.add(passage);
            }
            return new Report(
                    name(),
                    startedAt,
                    environment(source),
                    Map.of("rows", rows, "heap", heap, "javaOptions", String.join(" ", settings.javaOptions())),
                    outcome.results,
                    Map.of(),
                    List.of(outcome.line(name())),
                    outcome.failures.isEmpty());
        }
    }

    private static Environment environment(BenchServer server) throws SQLException {
        try (Connection connection = server.connect()) {
            return Environment.of(connection);
        }
    }

    /** What has come through so far, and what has not. */
    private static final class Outcome {
        private final List<PeerResult> results = new ArrayList<>();
        private final Map<String, String> failures = new LinkedHashMap<>();
        private final long rows;
        private final String heap;

        Outcome(long rows, String heap) {
            this.rows = rows;
            this.heap = heap;
        }

        void add(Passage passage) throws SQLException {
            try {
                Measurement measurement = passage.measure();
                results.add(new PeerResult(passage.name(), List.of(measurement)));
                if (measurement.rows() != rows) {
                    failures.put(passage.name(), measurement.rows() + " rows of " + rows + " arrived");
                }
            } catch (IOException e) {
                failures.put(passage.name(), String.valueOf(e.getMessage()));
            }
        }

        String line(String scenario) {
            StringBuilder line = new StringBuilder(
                    String.format(Locale.ROOT, "%s: %d rows in one transaction, -Xmx%s", scenario, rows, heap));
            for (PeerResult result : results) {
                Measurement measurement = result.rounds().get(0);
                line.append(String.format(
                        Locale.ROOT,
                        ", %s %.0f rows/s with at most %.0f MB of memory",
                        result.peer(),
                        measurement.rowsPerSecond(),
                        ((Number) measurement.details().getOrDefault("peakMemoryBytes", -1)).doubleValue() / 1e6));
            }
            failures.forEach((passage, why) ->
                    line.append(", ").append(passage).append(" failed: ").append(why));
            return line.append(failures.isEmpty() ? ": passed" : ": failed").toString();
        }
    }
}
