package dev.sluice.bench.drain;

import dev.sluice.bench.Peer;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.SlotCopy;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.config.Secret;
import dev.sluice.postgres.PostgresEndpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** PostgreSQL's own reader, which writes what comes to {@code /dev/null} without looking at it. For one thread. */
final class PgRecvlogical implements Peer {
    static final String NAME = "pg_recvlogical";

    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

    private final Backlog backlog;
    private final Optional<Path> program;

    PgRecvlogical(Backlog backlog) {
        this.backlog = backlog;
        this.program = find();
    }

    /** On the path, otherwise the newest that Debian's packages installed. */
    private static Optional<Path> find() {
        Stream<Path> onPath = Stream.of(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .filter(directory -> !directory.isEmpty())
                .map(Path::of);
        return Stream.concat(onPath, installed().stream())
                .map(directory -> directory.resolve(NAME))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static List<Path> installed() {
        if (!Files.isDirectory(DEBIAN)) {
            return List.of();
        }
        try (Stream<Path> versions = Files.list(DEBIAN)) {
            return versions.sorted(Comparator.reverseOrder())
                    .map(version -> version.resolve("bin"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> missing() {
        return program.isPresent()
                ? Optional.empty()
                : Optional.of("neither on the path nor below " + DEBIAN + "; Debian: apt-get install postgresql");
    }

    @Override
    public Measurement measure(int round) throws Exception {
        try (SlotCopy slot = backlog.slot(NAME + "_" + round)) {
            ProcessBuilder builder = new ProcessBuilder(command(slot.name()));
            builder.redirectErrorStream(true);
            Secret password = backlog.server().endpoint().password();
            if (password != null) {
                builder.environment().put("PGPASSWORD", password.value());
            }
            long started = System.nanoTime();
            Process process = builder.start();
            String output =
                    new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            int status = process.waitFor();
            Duration time = Duration.ofNanos(System.nanoTime() - started);
            if (status != 0) {
                throw new IOException(NAME + " ended with status " + status + ": " + output.strip());
            }
            return new Measurement(backlog.rows(), time, Map.of());
        }
    }

    private List<String> command(String slot) {
        PostgresEndpoint endpoint = backlog.server().endpoint();
        return List.of(
                program.orElseThrow().toString(),
                "--host=" + endpoint.host(),
                "--port=" + endpoint.port(),
                "--username=" + endpoint.user(),
                "--dbname=" + endpoint.database(),
                "--no-password",
                "--slot=" + slot,
                "--start",
                "--endpos=" + Position.formatLsn(backlog.end().lsn()),
                "--no-loop",
                "--file=/dev/null",
                "--option=proto_version=1",
                "--option=publication_names=" + Backlog.PUBLICATION);
    }
}
