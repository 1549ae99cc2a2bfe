package dev.sluice.sink.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The files that a rotating file has left: its name, a dot, and a number that grows. Names never change once given, so that
 * whoever ships them away may do so at leisure.
 */
final class PutAside {
    private static final Pattern NUMBER = Pattern.compile("[1-9]\\d{0,17}");

    private final Path directory;
    private final String prefix;
    private final int keep;

    PutAside(Path path, int keep) {
        Path parent = path.getParent();
        Path name = path.getFileName();
        if (parent == null || name == null) {
            throw new IllegalArgumentException("not a file: " + path);
        }
        this.directory = parent;
        this.prefix = name + ".";
        this.keep = keep;
    }

    Path next() throws IOException {
        List<Path> files = list();
        long highest = files.isEmpty() ? 0 : number(files.get(files.size() - 1));
        return directory.resolve(prefix + (highest + 1));
    }

    void deleteOldest() throws IOException {
        List<Path> files = list();
        for (Path file : files.subList(0, Math.max(0, files.size() - keep))) {
            Files.delete(file);
        }
    }

    /** Oldest first. */
    List<Path> list() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(this::isOurs)
                    .sorted(Comparator.comparingLong(this::number))
                    .toList();
        }
    }

    private boolean isOurs(Path file) {
        String name = file.getFileName().toString();
        return name.startsWith(prefix)
                && NUMBER.matcher(name.substring(prefix.length())).matches();
    }

    private long number(Path file) {
        return Long.parseLong(file.getFileName().toString().substring(prefix.length()));
    }
}
