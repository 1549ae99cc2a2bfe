package dev.sluice.daemon.cli;

import dev.sluice.engine.config.Providers;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.util.Map;
import java.util.function.Supplier;

/**
 * What the commands need of the process that they run in.
 *
 * @param environment its variables
 * @param terminal where the log and the live line go
 * @param input what a person types
 * @param inputIsTerminal whether a person can be asked
 * @param providers sources and sinks, looked for only when a configuration is read
 */
record Surroundings(
        Map<String, String> environment,
        Terminal terminal,
        BufferedReader input,
        boolean inputIsTerminal,
        Supplier<Providers> providers) {
    static Surroundings ofProcess() {
        return new Surroundings(
                System.getenv(),
                Terminal.ofProcess(),
                new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())),
                Terminal.isTerminal(0),
                Providers::load);
    }
}
