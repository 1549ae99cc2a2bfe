package dev.sluice.bench;

import dev.sluice.bench.Scenario.Progress;
import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Environment;
import dev.sluice.bench.report.PeerResult;
import dev.sluice.bench.report.Unit;
import dev.sluice.bench.server.BenchServer;
import dev.sluice.bench.server.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a scenario works with: a source, a target if it wants one, a place for state, and the rounds. All of it is gone when
 * closed. For one thread.
 */
public final class Bed implements AutoCloseable {
    private final Scenario scenario;
    private final BenchSettings settings;
    private final Progress progress;
    private final Rounds rounds;
    private final BenchServer source;
    private final StateDirectory states;
    private @Nullable BenchServer target;

    public Bed(Scenario scenario, BenchSettings settings, Progress progress) throws IOException, SQLException {
        this.scenario = scenario;
        this.settings = settings;
        this.progress = progress;
        this.rounds = new Rounds(progress, settings.rounds().orElse(scenario.rounds()));
        this.states = new StateDirectory();
        try {
            this.source = BenchServer.open(settings.source());
        } catch (SQLException | RuntimeException error) {
            states.close();
            throw error;
        }
    }

    public BenchServer source() {
        return source;
    }

    /** Started when it is first asked for. */
    public BenchServer target() throws SQLException {
        BenchServer known = target;
        if (known == null) {
            known = BenchServer.open(settings.target());
            target = known;
            requireNobodysTarget(known);
        }
        return known;
    }

    /** What Sluice keeps there is removed between rounds: in somebody's real target that would be the end of a pipeline. */
    private static void requireNobodysTarget(BenchServer target) throws SQLException {
        if (!target.isEmbedded()
                && !target.values("SELECT 1 FROM pg_namespace WHERE nspname = 'sluice'")
                        .isEmpty()) {
            throw new IllegalStateException(target.endpoint().displayName()
                    + " has a schema sluice, so pipelines write to it; a benchmark would remove that."
                    + " Name another database, or drop the schema if nobody needs it.");
        }
    }

    /** A directory for state that nobody has used. */
    public Path state() throws IOException {
        return states.fresh();
    }

    /** How many rows of that shape the scenario takes. */
    public long rows(Shape shape) {
        return shape.rows(settings.rows(scenario));
    }

    public boolean wants(String peer) {
        return settings.peers().map(peers -> peers.contains(peer)).orElse(true);
    }

    public BenchSettings settings() {
        return settings;
    }

    /** Options of a Java process that is measured, of ours or of others. */
    public List<String> javaOptions(String peer, int round) {
        List<String> options = new ArrayList<>();
        options.add("-Xmx" + heap());
        settings.flightRecording()
                .ifPresent(file -> options.add("-XX:StartFlightRecording=settings=profile,filename="
                        + file.toAbsolutePath().resolveSibling(peer + "-" + round + "-" + file.getFileName())));
        options.addAll(settings.javaOptions());
        return options;
    }

    public String heap() {
        return settings.heap().orElse(scenario.heap());
    }

    /**
     * Measures peers in turns.
     *
     * @param part what is special about this comparison, empty for nothing
     * @param peers the first is ours
     */
    public Comparison compare(Shape shape, String part, Unit unit, long rows, List<Peer> peers)
            throws InterruptedException {
        List<PeerResult> results = rounds.measure(peers);
        String name = scenario.name()
                + (part.isEmpty() ? "" : " " + part)
                + (shape == Shape.STANDARD ? "" : " " + shape.label());
        return new Comparison(name, unit, rows, results);
    }

    public void say(String format, Object... arguments) {
        progress.say(String.format(Locale.ROOT, format, arguments));
    }

    Map<String, String> skipped() {
        return rounds.skipped();
    }

    Environment environment() throws SQLException {
        try (Connection connection = source.connect()) {
            return Environment.of(connection);
        }
    }

    @Override
    public void close() throws IOException {
        if (target != null) {
            target.close();
        }
        source.close();
        states.close();
    }
}
