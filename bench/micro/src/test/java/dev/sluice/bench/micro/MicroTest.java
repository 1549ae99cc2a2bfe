package dev.sluice.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/** Each benchmark once, in this process: that all are there and run, not how fast they are. */
class MicroTest {
    private static final String IGNORE_LOCK = "jmh.ignoreLock";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Another run of JMH on this machine must not fail a test that measures nothing. */
    @BeforeAll
    static void ignoreOtherRuns() {
        System.setProperty(IGNORE_LOCK, "true");
    }

    @AfterAll
    static void restore() {
        System.clearProperty(IGNORE_LOCK);
    }

    @Test
    void everyBenchmarkRunsAndHasALine() throws CommandLineOptionException {
        assertThat(run("-f", "0", "-wi", "0", "-i", "1", "-bm", "ss", "-p", "shape=narrow"))
                .as("%s", out)
                .isTrue();
        assertThat(lines()).hasSize(20).first().asString().contains("ns/row").contains("bytes/row");
        assertThat(lines()).anyMatch(line -> line.matches("JsonBenchmark\\.streamed +narrow +[0-9.]+ +\\S+ +[0-9.]+"));
    }

    @Test
    void aNameThatNoBenchmarkHasFails() throws CommandLineOptionException {
        assertThat(run("Nothing")).isFalse();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("no benchmark has such a name");
    }

    @Test
    void aBenchmarkThatFailsSaysWhy() throws CommandLineOptionException {
        assertThat(run("Cursor", "-f", "0", "-wi", "0", "-i", "1", "-bm", "ss", "-p", "shape=round"))
                .isFalse();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("RowShape.ROUND");
    }

    private boolean run(String... arguments) throws CommandLineOptionException {
        return Micro.run(new CommandLineOptions(arguments), new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    private List<String> lines() {
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
