package dev.sluice.bench.debezium;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Debezium Server with its JDBC sink, in a process of its own: from a slot of one PostgreSQL server into the tables of
 * another. It runs from the unpacked distribution, under a Java 21 or newer. Needs nothing but the JDK, so that it can be
 * called where Debezium's libraries are not. For one thread.
 */
public final class DebeziumServerProcess implements AutoCloseable {
    private static final int JAVA_VERSION = 21;
    private static final long END_SECONDS = 30;
    private static final int LOG_LINES = 40;
    private static final String RUNNER = "debezium-server-dist-(.+)-runner\\.jar";

    private final Path distribution;
    private final ServerSettings settings;
    private final Path directory;
    private final String heap;
    private final Thread hook = new Thread(this::kill);
    private volatile @Nullable Process process;

    /**
     * @param distribution the unpacked archive: {@code target/debezium-server} of this module
     * @param slot at the source, as the publication is; both are there and stay there
     * @param schema whose tables are copied to those of the same name at the target, which are there
     * @param directory for its configuration and its log; made if it is not there
     * @param heap its largest size, as in {@code -Xmx}: {@code 1g}
     */
    public DebeziumServerProcess(
            Path distribution,
            ServerDatabase source,
            ServerDatabase target,
            String slot,
            String publication,
            String schema,
            Path directory,
            String heap) {
        this.distribution = distribution;
        this.settings = new ServerSettings(source, target, slot, publication, schema);
        this.directory = directory.toAbsolutePath();
        this.heap = heap;
    }

    /** Why it cannot run here, and what to do about it; empty if it can. */
    public static Optional<String> missing(Path distribution) {
        if (runner(distribution).isEmpty()) {
            return Optional.of("it is not in " + distribution
                    + "; mvn -Pdebezium-server -pl bench/debezium -am -DskipTests package fetches it (780 MB)");
        }
        return NewerJava.find(JAVA_VERSION).isPresent()
                ? Optional.empty()
                : Optional.of(
                        "it needs a Java " + JAVA_VERSION
                                + " or newer, found neither in JAVA_HOME nor below /usr/lib/jvm; install a newer JDK beside this one");
    }

    /** The version of what is in a distribution's directory. */
    public static String version(Path distribution) {
        return name(runner(distribution).orElseThrow()).replaceFirst(RUNNER, "$1");
    }

    /** Those settings that make a difference to what is measured, without anything about servers and users. */
    public static Map<String, String> settings() {
        return ServerSettings.tuning();
    }

    private static Optional<Path> runner(Path distribution) {
        if (!Files.isDirectory(distribution)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.list(distribution)) {
            return files.filter(file -> name(file).matches(RUNNER)).findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    /** Starts it and does not wait: it takes some seconds until the first row is at the target. */
    public void start() throws IOException {
        writeConfiguration();
        Process started = new ProcessBuilder(command())
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log().toFile())
                .start();
        process = started;
        Runtime.getRuntime().addShutdownHook(hook);
        started.getOutputStream().close();
    }

    /** For nobody but its owner, since there are passwords in it. */
    private void writeConfiguration() throws IOException {
        Path file = Files.createDirectories(directory.resolve("config")).resolve("application.properties");
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (Writer writer = Files.newBufferedWriter(file)) {
            settings.properties().store(writer, null);
        }
    }

    /** As the distribution's own run.sh does it; the option is what its manifest would say if it were run as a jar. */
    private List<String> command() {
        String java = NewerJava.find(JAVA_VERSION).orElseThrow().toString();
        Path libraries = distribution.toAbsolutePath().resolve("lib").resolve("*");
        String runner = runner(distribution).orElseThrow().toAbsolutePath().toString();
        return List.of(
                java,
                "-Xmx" + heap,
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "-cp",
                String.join(
                        File.pathSeparator, runner, directory.resolve("config").toString(), libraries.toString()),
                "io.debezium.server.Main");
    }

    private Path log() {
        return directory.resolve("debezium-server.log");
    }

    public boolean isAlive() {
        Process started = process;
        return started != null && started.isAlive();
    }

    /** Only after {@link #start}. */
    public long pid() {
        Process started = process;
        if (started == null) {
            throw new IllegalStateException("it has not been started");
        }
        return started.pid();
    }

    /** The last that it has logged, for people who have to find out what went wrong. */
    public String logTail() throws IOException {
        if (!Files.exists(log())) {
            return "";
        }
        List<String> lines = Files.readAllLines(log(), StandardCharsets.UTF_8);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
    }

    /** Asks it to end, waits, and ends it; its configuration, with the passwords, goes too. */
    @Override
    public void close() throws IOException {
        Process started = process;
        if (started == null) {
            return;
        }
        started.destroy();
        try {
            if (!started.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                started.destroyForcibly();
            }
        } catch (InterruptedException e) {
            started.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().removeShutdownHook(hook);
        process = null;
        Files.deleteIfExists(directory.resolve("config").resolve("application.properties"));
    }

    /** This process ends, and so does that one. */
    private void kill() {
        Process started = process;
        if (started != null) {
            started.destroyForcibly();
        }
    }
}
