package dev.sluice.daemon.cli;

import dev.sluice.daemon.verify.SequencePair;
import dev.sluice.daemon.verify.Sequences;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Connections;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice sequences}. */
@Command(
        name = "sequences",
        description = {
            "Set the sequences of PostgreSQL sinks to where the source's are, never back.",
            "For a switch-over: stop what writes to the source, let the sinks catch up, then run this.",
            "The daemon may go on running."
        })
final class SequencesCommand implements Callable<Integer> {
    private static final String APPLICATION = "sluice sequences";

    private final Surroundings surroundings;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(names = "--dry-run", description = "Only tell.")
    private boolean dryRun;

    SequencesCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        List<PostgresPair> pairs = PostgresPair.all(config.load(surroundings));
        if (pairs.isEmpty()) {
            throw SyncException.of(List.of(new Problem(
                    ErrorKind.CONFIGURATION,
                    "there are no sequences to set: no pipeline goes from PostgreSQL to PostgreSQL",
                    "Add a sink of type postgres.")));
        }
        for (PostgresPair pair : pairs) {
            out.println(pair.displayName());
            advance(pair, out);
            out.flush();
        }
        return ExitCodes.OK;
    }

    private void advance(PostgresPair pair, PrintWriter out) {
        Connections source = new Connections(pair.source().endpoint(), APPLICATION);
        Connections target = new Connections(pair.target(), APPLICATION);
        try (Sequences sequences = Sequences.open(source, target)) {
            List<SequencePair> found = sequences.pairs(pair.source(), pair.route());
            if (found.isEmpty()) {
                out.println("  no sequences");
            }
            for (SequencePair each : found) {
                if (each.isBehind() && !dryRun) {
                    sequences.advance(each);
                }
                out.println("  " + each.description() + verdict(each));
            }
        }
    }

    private String verdict(SequencePair pair) {
        if (!pair.isBehind()) {
            return "";
        }
        return dryRun ? " (behind)" : " -> set";
    }
}
