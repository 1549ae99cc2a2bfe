package dev.sluice.bench;

import dev.sluice.bench.server.Shape;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the command line asks for.
 *
 * @param rows how many of the standard shape; empty for the scenario's own number
 * @param shapes of rows
 * @param source URL of a PostgreSQL to measure against; empty for an embedded one
 * @param target URL of a PostgreSQL to write to, in scenarios that do; empty for an embedded one
 * @param peers names; empty for all that the scenario has
 * @param rounds how often each peer is measured
 * @param warmUps how often a Java process does the work before it counts
 * @param heap of the Java process that is measured, as after {@code -Xmx}; empty for the scenario's own
 * @param javaOptions further options of that process
 * @param flightRecording where that process writes a flight recording, empty for none
 */
public record BenchSettings(
        Optional<Long> rows,
        List<Shape> shapes,
        Optional<String> source,
        Optional<String> target,
        Optional<List<String>> peers,
        int rounds,
        int warmUps,
        Optional<String> heap,
        List<String> javaOptions,
        Optional<Path> flightRecording) {
    public BenchSettings {
        shapes = List.copyOf(shapes);
        peers = peers.map(List::copyOf);
        javaOptions = List.copyOf(javaOptions);
        if (rounds < 1) {
            throw new IllegalArgumentException("at least one round is needed");
        }
    }
}
