package dev.sluice.bench;

import dev.sluice.bench.big.BigTransactionScenario;
import dev.sluice.bench.drain.DrainScenario;
import dev.sluice.bench.report.Report;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures Sluice, beside what else one could use. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = {
            "Measures Sluice, beside what else one could use: docs/benchmarks.md says what and how.",
            "",
            "Scenarios: drain, big-transaction"
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:measured, and passed if the scenario can fail",
            "1:a scenario failed",
            "2:the command line is wrong"
        })
public final class Bench implements Callable<Integer> {
    private static final List<Scenario> SCENARIOS = List.of(new DrainScenario(), new BigTransactionScenario());

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "SCENARIO", description = "what to measure")
    private String scenario = "";

    @Option(names = "--rows", paramLabel = "N", description = "how many rows; each scenario has a number of its own")
    private @Nullable Long rows;

    @Option(
            names = "--source",
            paramLabel = "URL",
            description =
                    "a PostgreSQL to measure against instead of an embedded one; a schema sluice_bench is made there")
    private @Nullable String source;

    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "NAME",
            description = "what to compare with (drain: pg_recvlogical, pgjdbc)")
    private List<String> peers = List.of();

    @Option(names = "--rounds", paramLabel = "N", defaultValue = "3", description = "how often each is measured (3)")
    private int rounds = 3;

    @Option(
            names = "--warm-ups",
            paramLabel = "N",
            defaultValue = "1",
            description = "uncounted drains in each Java process before the one that counts (1)")
    private int warmUps = 1;

    @Option(names = "--heap", paramLabel = "SIZE", description = "of the Java process that is measured, as after -Xmx")
    private @Nullable String heap;

    @Option(
            names = "--java-option",
            paramLabel = "OPTION",
            description = "for the Java process that is measured; repeatable")
    private List<String> javaOptions = List.of();

    @Option(names = "--jfr", paramLabel = "FILE", description = "let that process write a flight recording")
    private @Nullable Path flightRecording;

    @Option(names = "--out", paramLabel = "FILE", description = "write a report in JSON")
    private @Nullable Path out;

    /** Ends the process with one of the exit codes above. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Bench()).execute(arguments));
    }

    @Override
    public Integer call() throws Exception {
        Scenario chosen = SCENARIOS.stream()
                .filter(each -> each.name().equals(scenario))
                .findFirst()
                .orElseThrow(() -> wrong("no scenario is called " + scenario + "; there are "
                        + String.join(
                                ", ", SCENARIOS.stream().map(Scenario::name).toList())));
        for (String peer : peers) {
            if (!chosen.peers().contains(peer)) {
                throw wrong(chosen.name() + " has no peer " + peer + "; it has "
                        + (chosen.peers().isEmpty() ? "none" : String.join(", ", chosen.peers())));
            }
        }
        BenchSettings settings = settings();
        PrintWriter screen = commandLine().getOut();
        screen.println(chosen.name() + ": " + chosen.question());
        screen.flush();
        Report report = chosen.run(settings, sentence -> {
            screen.println(sentence);
            screen.flush();
        });
        write(report);
        report.summary().forEach(screen::println);
        screen.flush();
        return report.passed() ? 0 : 1;
    }

    private BenchSettings settings() {
        if (rounds < 1 || warmUps < 0 || (rows != null && rows < 1)) {
            throw wrong("--rounds and --rows begin at 1, --warm-ups at 0");
        }
        return new BenchSettings(
                Optional.ofNullable(rows),
                Optional.ofNullable(source),
                peers,
                rounds,
                warmUps,
                Optional.ofNullable(heap),
                javaOptions,
                Optional.ofNullable(flightRecording));
    }

    private void write(Report report) throws IOException {
        Path file = out;
        if (file == null) {
            return;
        }
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(file, report.toJson() + "\n");
    }

    private CommandLine commandLine() {
        CommandSpec known = spec;
        return known == null ? new CommandLine(this) : known.commandLine();
    }

    private ParameterException wrong(String why) {
        return new ParameterException(commandLine(), why);
    }
}
