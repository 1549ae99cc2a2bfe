package dev.sluice.daemon.cli;

import dev.sluice.engine.config.Providers;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
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
