package dev.sluice.daemon.cli;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.PipelineFactory;
import dev.sluice.engine.config.SluiceConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice teardown}. */
@Command(
        name = "teardown",
        description = {
            "Drop slot, publication and state of the pipelines, after asking.",
            "The sinks' positions are dropped with them; rows stay where they are."
        })
final class TeardownCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(
            names = {"-y", "--yes"},
            description = "Do not ask.")
    private boolean yes;

    TeardownCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() throws IOException {
        SluiceConfig loaded = config.load(surroundings);
        if (!yes && !surroundings.inputIsTerminal()) {
            Problem problem = new Problem(
                    ErrorKind.CONFIGURATION,
                    "teardown asks before it drops anything, and there is no terminal to ask on",
                    "Add --yes.");
            throw SyncException.of(List.of(problem));
        }
        PrintWriter out = spec.commandLine().getOut();
        List<String> left = new ArrayList<>();
        try (TeardownState state = TeardownState.open(loaded.state())) {
            PipelineFactory factory =
                    new PipelineFactory(state.store(), new SimpleMeterRegistry(), Clock.systemUTC(), Map.of());
            List<PipelineTeardown> teardowns = loaded.pipelines().entrySet().stream()
                    .map(entry -> new PipelineTeardown(entry.getKey(), entry.getValue(), factory, state.store()))
                    .toList();
            out.println("This will be dropped:");
            drop(out, state, teardowns, false, left);
            if (!left.isEmpty()) {
                out.println("This cannot be dropped now:");
                print(out, left);
            }
            if (!yes && !confirmed(out)) {
                out.println("Nothing was dropped.");
                out.flush();
                return ExitCodes.FAILED;
            }
            left.clear();
            out.println("Dropped:");
            drop(out, state, teardowns, true, left);
        }
        if (left.isEmpty()) {
            return ExitCodes.OK;
        }
        PrintWriter err = spec.commandLine().getErr();
        err.println("This is left; run teardown again when it can be dropped, or drop it by hand:");
        print(err, left);
        return ExitCodes.FAILED;
    }

    private static void drop(
            PrintWriter out, TeardownState state, List<PipelineTeardown> teardowns, boolean really, List<String> left)
            throws IOException {
        for (PipelineTeardown teardown : teardowns) {
            PipelineTeardown.Outcome outcome = teardown.run(really);
            print(out, outcome.lines());
            left.addAll(outcome.left());
        }
        print(out, state.removeDamaged(really));
    }

    private static void print(PrintWriter out, List<String> lines) {
        lines.forEach(line -> out.println("  " + line));
        out.flush();
    }

    private boolean confirmed(PrintWriter out) throws IOException {
        out.print("Go on? [y/N] ");
        out.flush();
        @Nullable String answer = surroundings.input().readLine();
        return answer != null
                && (answer.strip().equalsIgnoreCase("y") || answer.strip().equalsIgnoreCase("yes"));
    }
}
