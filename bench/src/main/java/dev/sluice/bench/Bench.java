package dev.sluice.bench;

import dev.sluice.bench.big.BigTransactionScenario;
import dev.sluice.bench.copy.CopyScenario;
import dev.sluice.bench.drain.DrainScenario;
import dev.sluice.bench.drain.DrainUnixScenario;
import dev.sluice.bench.fanout.FanoutScenario;
import dev.sluice.bench.filter.FilterScenario;
import dev.sluice.bench.latency.LatencyScenario;
import dev.sluice.bench.replicate.ReplicateScenario;
import dev.sluice.bench.report.Report;
import dev.sluice.bench.server.Shape;
import dev.sluice.bench.tables.TablesScenario;
import dev.sluice.bench.writes.WritesScenario;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
        customSynopsis = "sluice bench SCENARIO [OPTION ...]",
        sortOptions = false,
        description = {
            "Measures Sluice, beside what else one could use: docs/benchmarks.md says what and how.",
            "",
            "Scenarios: drain, drain-unix, replicate, copy, latency, big-transaction, fanout, filter, tables,"
                    + " writes; all"
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:measured; Sluice did the work of every scenario",
            "1:Sluice failed at one",
            "2:the command line is wrong"
        })
public final class Bench implements Callable<Integer> {
    private static final String ALL = "all";

    private static final Logger LOG = LoggerFactory.getLogger(Bench.class);

    private static final List<Scenario> SCENARIOS = List.of(
            new DrainScenario(),
            new DrainUnixScenario(),
            new ReplicateScenario(),
            new CopyScenario(),
            new LatencyScenario(),
            new BigTransactionScenario(),
            new FanoutScenario(),
            new FilterScenario(),
            new TablesScenario(),
            new WritesScenario());

    @Spec
    private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "SCENARIO", description = "what to measure; all for everything")
    private String scenario = "";

    @Option(
            names = "--rows",
            paramLabel = "N",
            description = "how many rows of the standard shape; each scenario has a number of its own")
    private @Nullable Long rows;

    @Option(
            names = "--shapes",
            split = ",",
            paramLabel = "SHAPE",
            description = "what rows look like: standard, narrow, wide (all three)")
    private List<String> shapes = Stream.of(Shape.values()).map(Shape::label).toList();

    @Option(
            names = "--source",
            paramLabel = "URL",
            description = "a PostgreSQL to read from instead of an embedded one; schemas sluice_bench and"
                    + " sluice_tables_* are made there, and dropped")
    private @Nullable String source;

    @Option(
            names = "--target",
            paramLabel = "URL",
            description = "a PostgreSQL to write to instead of an embedded one; schemas sluice_bench and sluice are"
                    + " made there, and dropped: never one that Sluice really writes to")
    private @Nullable String target;

    @Option(
            names = "--peers",
            split = ",",
            paramLabel = "NAME",
            description =
                    "what to compare with: pg_recvlogical, pgjdbc, debezium, debezium-server, subscription, COPY, no-capture,"
                            + " or none (all that a scenario has)")
    private @Nullable List<String> peers;

    @Option(
            names = "--scale",
            paramLabel = "PART",
            defaultValue = "1",
            description = "of each scenario's own number of rows, such as 0.1 for a quick look")
    private double scale = 1;

    @Option(names = "--rounds", paramLabel = "N", description = "how often each is measured (3; big-transaction: 1)")
    private @Nullable Integer rounds;

    @Option(
            names = "--warm-up",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "how long a Java process does the work before it counts (5)")
    private int warmUp = 5;

    @Option(names = "--heap", paramLabel = "SIZE", description = "of the Java process that is measured, as after -Xmx")
    private @Nullable String heap;

    @Option(
            names = "--java-option",
            paramLabel = "OPTION",
            description = "for the Java process that is measured; repeatable")
    private List<String> javaOptions = List.of();

    @Option(names = "--jfr", paramLabel = "FILE", description = "let that process write a flight recording")
    private @Nullable Path flightRecording;

    @Option(
            names = "--out",
            paramLabel = "FILE.json",
            description = "write a report, and beside it a page with charts, FILE.html")
    private @Nullable Path out;

    @Option(names = "--markdown", paramLabel = "FILE.md", description = "write the figures as a page of documentation")
    private @Nullable Path markdown;

    /** Ends the process with one of the exit codes above. */
    public static void main(String[] arguments) {
        System.exit(commandLine(new Bench()).execute(arguments));
    }

    /** One that says what is wrong in a line or two. */
    static CommandLine commandLine(Bench bench) {
        return new CommandLine(bench)
                .setParameterExceptionHandler((wrong, arguments) -> {
                    PrintWriter screen = wrong.getCommandLine().getErr();
                    screen.println(wrong.getMessage());
                    screen.println("    -> bin/sluice bench --help");
                    return 2;
                })
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    if (!(failure instanceof SQLException)) {
                        LOG.error("nobody has expected this", failure);
                    }
                    PrintWriter screen = command.getErr();
                    screen.println("nothing was measured: " + Rounds.reason(failure));
                    screen.println(
                            "    -> Mend that, or leave --source and --target out to measure with embedded servers.");
                    return 1;
                });
    }

    @Override
    public Integer call() throws Exception {
        List<Scenario> chosen = chosen();
        BenchSettings settings = settings(chosen);
        ReportFiles files = files();
        PrintWriter screen = commandLine().getOut();
        Report report = new Run(settings, command(), sentence -> {
                    screen.println(sentence);
                    screen.flush();
                })
                .of(chosen, files::writeSoFar);
        files.write(report);
        return report.passed() ? 0 : 1;
    }

    /** Without the URLs, which may hold a password, and a report is there to be passed on. */
    private String command() {
        return Stream.concat(Stream.of("bin/sluice bench"), commandLine().getParseResult().originalArgs().stream())
                .map(argument -> source == null ? argument : argument.replace(source, "URL"))
                .map(argument -> target == null ? argument : argument.replace(target, "URL"))
                .collect(Collectors.joining(" "));
    }

    private ReportFiles files() {
        try {
            return new ReportFiles(Optional.ofNullable(out), Optional.ofNullable(markdown));
        } catch (IllegalArgumentException wrongEnding) {
            throw wrong(Objects.requireNonNull(wrongEnding.getMessage()));
        }
    }

    private List<Scenario> chosen() {
        if (scenario.equals(ALL)) {
            return SCENARIOS;
        }
        return SCENARIOS.stream()
                .filter(each -> each.name().equals(scenario))
                .findFirst()
                .map(List::of)
                .orElseThrow(() -> wrong("no scenario is called " + scenario + "; there are "
                        + SCENARIOS.stream().map(Scenario::name).collect(Collectors.joining(", ")) + ", all"));
    }

    private BenchSettings settings(List<Scenario> chosen) {
        if ((rounds != null && rounds < 1) || warmUp < 0 || (rows != null && rows < 1)) {
            throw wrong("--rounds and --rows begin at 1, --warm-up at 0");
        }
        if (scale <= 0) {
            throw wrong("--scale must be more than 0");
        }
        return new BenchSettings(
                Optional.ofNullable(rows),
                scale,
                shapes.stream().map(this::shape).distinct().toList(),
                Optional.ofNullable(source),
                Optional.ofNullable(target),
                peers(chosen),
                Optional.ofNullable(rounds),
                Duration.ofSeconds(warmUp),
                Optional.ofNullable(heap),
                javaOptions,
                Optional.ofNullable(flightRecording));
    }

    private Optional<List<String>> peers(List<Scenario> chosen) {
        List<String> named = peers;
        if (named == null) {
            return Optional.empty();
        }
        if (named.equals(List.of("none"))) {
            return Optional.of(List.of());
        }
        List<String> known = chosen.stream()
                .flatMap(each -> each.peers().stream())
                .distinct()
                .toList();
        for (String peer : named) {
            if (!known.contains(peer)) {
                throw wrong(scenario + " has no peer " + peer + "; it has "
                        + (known.isEmpty() ? "none" : String.join(", ", known)));
            }
        }
        return Optional.of(named);
    }

    private Shape shape(String label) {
        return Stream.of(Shape.values())
                .filter(shape -> shape.label().equals(label))
                .findFirst()
                .orElseThrow(() -> wrong("no shape is called " + label + "; there are "
                        + Stream.of(Shape.values()).map(Shape::label).collect(Collectors.joining(", "))));
    }

    private CommandLine commandLine() {
        CommandSpec known = spec;
        return known == null ? commandLine(this) : known.commandLine();
    }

    private ParameterException wrong(String why) {
        return new ParameterException(commandLine(), why);
    }
}
