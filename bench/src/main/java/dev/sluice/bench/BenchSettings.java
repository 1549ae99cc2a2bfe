package dev.sluice.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the command line asks for.
 *
 * @param rows how many; empty for the scenario's own number
 * @param source URL of a PostgreSQL to measure against; empty for an embedded one
 * @param peers names
 * @param rounds how often each peer is measured
 * @param warmUps drains that a Java process makes before the one that counts
 * @param heap of the Java process that is measured, as after {@code -Xmx}; empty for the scenario's own
 * @param javaOptions further options of that process
 * @param flightRecording where that process writes a flight recording, empty for none
 */
public record BenchSettings(
        Optional<Long> rows,
        Optional<String> source,
        List<String> peers,
        int rounds,
        int warmUps,
        Optional<String> heap,
        List<String> javaOptions,
        Optional<Path> flightRecording) {
    public BenchSettings {
        peers = List.copyOf(peers);
        javaOptions = List.copyOf(javaOptions);
        if (rounds < 1) {
            throw new IllegalArgumentException("at least one round is needed");
        }
    }
}
