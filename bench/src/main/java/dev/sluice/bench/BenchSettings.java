package dev.sluice.bench;

import dev.sluice.bench.server.Shape;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the command line asks for.
 *
 * @param rows how many of the standard shape; empty for the scenario's own number
 * @param scale of the scenario's own numbers of rows
 * @param shapes of rows
 * @param source URL of a PostgreSQL to measure against; empty for an embedded one
 * @param target URL of a PostgreSQL to write to, in scenarios that do; empty for an embedded one
 * @param peers names; empty for all that the scenario has
 * @param rounds how often each peer is measured; empty for the scenario's own number
 * @param warmUp a Java process does the work for at least so long before it counts; zero for not at all
 * @param heap of the Java process that is measured, as after {@code -Xmx}; empty for the scenario's own
 * @param javaOptions further options of that process
 * @param flightRecording where that process writes a flight recording, empty for none
 */
public record BenchSettings(
        Optional<Long> rows,
        double scale,
        List<Shape> shapes,
        Optional<String> source,
        Optional<String> target,
        Optional<List<String>> peers,
        Optional<Integer> rounds,
        Duration warmUp,
        Optional<String> heap,
        List<String> javaOptions,
        Optional<Path> flightRecording) {
    public BenchSettings {
        shapes = List.copyOf(shapes);
        peers = peers.map(List::copyOf);
        javaOptions = List.copyOf(javaOptions);
    }

    /** How many rows of the standard shape a scenario takes; at least one. */
    long rows(Scenario scenario) {
        return Math.max(1, rows.orElseGet(() -> Math.round(scenario.rows() * scale)));
    }
}
