package dev.sluice.daemon.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One run of {@code sluice.jar}; what it prints goes to a file. */
final class DaemonProcess implements AutoCloseable {
    private final Process process;
    private final Path output;

    private DaemonProcess(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts {@code sluice} with these arguments; {@code output} is appended to. */
    static DaemonProcess start(Path output, String... arguments) {
        Path jar =
                Path.of(System.getProperty("sluice.jar", "target/sluice.jar")).toAbsolutePath();
        if (!Files.isRegularFile(jar)) {
            throw new IllegalStateException(jar + " is missing: run this test with `mvn verify`");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                jar.toString()));
        command.addAll(List.of(arguments));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .start();
            return new DaemonProcess(process, output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs {@code sluice} to its end, which has to be a good one. */
    static void run(Path output, String... arguments) throws InterruptedException {
        try (DaemonProcess daemon = start(output, arguments)) {
            assertThat(daemon.exitStatus(Duration.ofMinutes(3)))
                    .as(daemon::output)
                    .isZero();
        }
    }

    /** Lets it run for a while; true if it ended by itself. */
    boolean endsWithin(Duration time) throws InterruptedException {
        return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** SIGKILL, at once. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM. @return the exit status */
    int terminate() throws InterruptedException {
        process.destroy();
        return exitStatus(Duration.ofMinutes(1));
    }

    /** Waits for its end. */
    int exitStatus(Duration atMost) throws InterruptedException {
        if (!process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new AssertionError("still running after " + atMost + ":\n" + output());
        }
        return process.exitValue();
    }

    /** All that this and earlier runs printed. */
    String output() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
