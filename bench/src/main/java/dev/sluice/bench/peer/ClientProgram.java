package dev.sluice.bench.peer;

import dev.sluice.engine.config.Secret;
import dev.sluice.postgres.PostgresEndpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One of PostgreSQL's own client programs: on the path, otherwise the newest that Debian's packages installed. */
final class ClientProgram {
    private static final Path DEBIAN = Path.of("/usr/lib/postgresql");

    private final String name;
    private final Optional<Path> file;

    ClientProgram(String name) {
        this.name = name;
        Stream<Path> onPath = Stream.of(
                        Optional.ofNullable(System.getenv("PATH")).orElse("").split(":"))
                .filter(directory -> !directory.isEmpty())
                .map(Path::of);
        this.file = Stream.concat(onPath, installed().stream())
                .map(directory -> directory.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static List<Path> installed() {
        if (!Files.isDirectory(DEBIAN)) {
            return List.of();
        }
        try (Stream<Path> versions = Files.list(DEBIAN)) {
            return versions.sorted(Comparator.comparingDouble((Path version) -> -version(version)))
                    .map(version -> version.resolve("bin"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of a directory that is called {@code 17} or {@code 9.6}; 0 if it is called something else. */
    private static double version(Path directory) {
        String version = directory.getFileName().toString();
        return version.matches("\\d+(\\.\\d+)?") ? Double.parseDouble(version) : 0;
    }

    Optional<String> missing() {
        return file.isPresent()
                ? Optional.empty()
                : Optional.of(name + " is neither on the path nor below " + DEBIAN
                        + "; Debian: apt-get install postgresql-client");
    }

    /** What it prints when it is asked for its version. */
    String version() throws IOException {
        Process process = new ProcessBuilder(file.orElseThrow().toString(), "--version").start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /** Ready to be started, connected to {@code endpoint}; the password goes by the environment. */
    ProcessBuilder process(PostgresEndpoint endpoint, List<String> arguments) {
        List<String> options = new ArrayList<>(List.of("--dbname=" + endpoint.database(), "--no-password"));
        options.addAll(arguments);
        return withDatabase(endpoint, options);
    }

    /** For programs that have no option for the database. */
    ProcessBuilder withDatabase(PostgresEndpoint endpoint, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                file.orElseThrow().toString(),
                "--host=" + endpoint.host(),
                "--port=" + endpoint.port(),
                "--username=" + endpoint.user()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("PGDATABASE", endpoint.database());
        Secret password = endpoint.password();
        if (password != null) {
            builder.environment().put("PGPASSWORD", password.value());
        }
        return builder;
    }
}
