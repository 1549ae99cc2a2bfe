package dev.sluice.testkit.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A data directory and the programs that work on it, run as an ordinary user: PostgreSQL refuses root, so as root they are
 * run as {@code nobody}, who then owns the directory.
 *
 * <p>A small shell process watches our end of a pipe. When this Java process ends, however it ends, the pipe closes, and
 * the watcher stops the server and removes the directory. A shutdown hook could not do that after SIGKILL, and would pull
 * the server from under other hooks that still drain. Signals from the terminal do not reach the server: {@code pg_ctl}
 * gives it a session of its own.
 */
final class Cluster {
    private static final String WATCHER = """
            trap '' INT TERM HUP
            cat >/dev/null
            file="$1/data/postmaster.pid"
            pid=$(head -n 1 "$file" 2>/dev/null) && kill -QUIT "$pid" 2>/dev/null
            rounds=0
            while [ -f "$file" ] && kill -0 "$pid" 2>/dev/null && [ $rounds -lt 300 ]; do
                sleep 0.1
                rounds=$((rounds + 1))
            done
            rm -rf "$1"
            """;

    private static final int TIMEOUT_SECONDS = 120;

    private final PostgresBinaries binaries;
    private final Path root;
    private final boolean asNobody = "root".equals(System.getProperty("user.name"));
    private final Process watcher;

    Cluster(PostgresBinaries binaries) throws IOException {
        this.binaries = binaries;
        this.root = Files.createTempDirectory("sluice-pg-");
        this.watcher = new ProcessBuilder("sh", "-c", WATCHER, "sluice-pg-watcher", root.toString())
                .directory(Path.of("/").toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        give(root);
        give(Files.createDirectory(root.resolve("socket")));
        give(Files.createFile(root.resolve("output.log")));
    }

    void initialize() throws IOException {
        run("initdb", "-D", data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync");
    }

    void start(Map<String, String> settings) throws IOException {
        String text = settings.entrySet().stream()
                .map(setting -> setting.getKey() + " = '" + setting.getValue().replace("'", "''") + "'\n")
                .collect(Collectors.joining());
        write("sluice.conf", text);
        Path main = root.resolve("data/postgresql.conf");
        if (!Files.readString(main).contains("include 'sluice.conf'")) {
            Files.writeString(main, "\ninclude 'sluice.conf'\n", StandardOpenOption.APPEND);
        }
        try {
            pgCtl(
                    "start",
                    "-w",
                    "-t",
                    Integer.toString(TIMEOUT_SECONDS),
                    "-l",
                    serverLog().toString());
        } catch (IOException e) {
            throw new IOException(e.getMessage() + "\n" + Files.readString(serverLog()), e);
        }
    }

    void write(String file, String text) throws IOException {
        Path path = root.resolve("data").resolve(file);
        Files.writeString(path, text);
        give(path);
    }

    void pgCtl(String verb, String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of("pg_ctl", verb, "-D", data()));
        command.addAll(List.of(options));
        run(command.toArray(new String[0]));
    }

    boolean isRunning() {
        return Files.exists(root.resolve("data/postmaster.pid"));
    }

    Path socketDirectory() {
        return root.resolve("socket");
    }

    Path serverLog() {
        return root.resolve("server.log");
    }

    void delete() throws IOException {
        Directories.delete(root);
        watcher.getOutputStream().close();
    }

    private String data() {
        return root.resolve("data").toString();
    }

    private void give(Path path) throws IOException {
        if (asNobody) {
            Files.setOwner(
                    path, path.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));
        }
    }

    private void run(String... programAndArguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (asNobody) {
            command.addAll(List.of("setpriv", "--reuid=nobody", "--regid=65534", "--clear-groups", "--"));
        }
        command.add(binaries.bin().resolve(programAndArguments[0]).toString());
        command.addAll(List.of(programAndArguments).subList(1, programAndArguments.length));
        Path output = root.resolve("output.log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(root.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("PG"));
        builder.environment().put("LC_ALL", "C");
        int status = await(builder.start(), programAndArguments[0]);
        if (status != 0) {
            throw new IOException(String.join(" ", command) + " ended with status " + status + "\n"
                    + Files.readString(output, StandardCharsets.UTF_8));
        }
    }

    private static int await(Process process, String program) throws IOException {
        try {
            if (process.waitFor(TIMEOUT_SECONDS + 30L, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            process.destroyForcibly();
            throw new IOException(program + " did not end");
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + program + " ran", e);
        }
    }
}
