package dev.sluice.bench.debezium;

import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;

/** Finds an installed Java that is new enough, which the one that runs this need not be. */
final class NewerJava {
    private static final Path DEBIAN = Path.of("/usr/lib/jvm");

    private NewerJava() {}

    /** The {@code java} of JAVA_HOME, of this process, or of what Debian's packages installed: the first that will do. */
    static Optional<Path> find(int version) {
        Stream<Path> named = Stream.of(
                        Optional.ofNullable(System.getenv("JAVA_HOME")).orElse(""), System.getProperty("java.home"))
                .filter(home -> !home.isEmpty())
                .map(Path::of);
        return Stream.concat(named, installed().stream())
                .filter(home -> version(home) >= version)
                .map(home -> home.resolve("bin/java"))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static List<Path> installed() {
        if (!Files.isDirectory(DEBIAN)) {
            return List.of();
        }
        try (Stream<Path> homes = Files.list(DEBIAN)) {
            return homes.sorted(Comparator.naturalOrder()).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** From the file {@code release} that every JDK has; 0 if this is none. */
    private static int version(Path home) {
        Path release = home.resolve("release");
        if (!Files.isReadable(release)) {
            return 0;
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(release)) {
            properties.load(reader);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        String version = properties.getProperty("JAVA_VERSION", "0").replace("\"", "");
        return Integer.parseInt(version.split("[^0-9]", 2)[0]);
    }
}
