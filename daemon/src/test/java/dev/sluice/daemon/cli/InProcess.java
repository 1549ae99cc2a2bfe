package dev.sluice.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.config.Providers;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import picocli.CommandLine;

/** The command line, run inside this process. For one thread. */
public final class InProcess {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    /** @return the exit code */
    public int run(String... arguments) {
        return run(Map.of(), "", arguments);
    }

    /** @param input what the user types; if empty there is nobody to be asked */
    public int run(Map<String, String> environment, String input, String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        Surroundings surroundings = new Surroundings(
                environment,
                new Terminal(new PrintStream(log, true, StandardCharsets.UTF_8), false),
                new BufferedReader(new StringReader(input)),
                !input.isEmpty(),
                Providers::load);
        CommandLine commandLine = new Cli(surroundings).commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(arguments);
    }

    /** Runs the pipelines of a configuration until they have caught up. */
    public void catchUp(Path file) {
        assertThat(run("run", "-c", file.toString(), "--until-caught-up"))
                .as(log() + err())
                .isZero();
    }

    /** Requires that verify finds nothing, and that it says so of what it has compared. */
    public void verify(Path file, String compared) {
        verify(file);
        assertThat(out()).endsWith("in step: " + compared + ", 0 differences" + System.lineSeparator());
    }

    /** Requires that verify finds nothing. */
    public void verify(Path file) {
        assertThat(run("verify", "-c", file.toString())).as(out() + err()).isZero();
    }

    /** What the last run printed. */
    public String out() {
        return out.toString();
    }

    /** What the last run printed as errors. */
    public String err() {
        return err.toString();
    }

    /** What all runs logged. */
    public String log() {
        return log.toString(StandardCharsets.UTF_8);
    }
}
