package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A place for the state of pipelines, removed with all that is in it. For one thread. */
public final class StateDirectory implements AutoCloseable {
    private final Path root = Files.createTempDirectory("sluice-bench-");

    public StateDirectory() throws IOException {}

    /** A directory that nobody has used. */
    public Path fresh() throws IOException {
        return Files.createTempDirectory(root, "state-");
    }

    @Override
    public void close() throws IOException {
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(root)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
