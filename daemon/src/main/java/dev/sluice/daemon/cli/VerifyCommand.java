package dev.sluice.daemon.cli;

import dev.sluice.daemon.verify.Difference;
import dev.sluice.daemon.verify.Patience;
import dev.sluice.daemon.verify.SinkVerification;
import dev.sluice.daemon.verify.TableReport;
import dev.sluice.daemon.verify.VerifyReport;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.PipelineConfig;
import dev.sluice.engine.config.SinkSection;
import dev.sluice.engine.config.SluiceConfig;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code sluice verify}. */
@Command(
        name = "verify",
        description = {
            "Compare source and PostgreSQL sinks row by row, at a common position.",
            "The daemon may go on running. Changes no row.",
            "Exits with 3 when rows differ, or could not all be compared; the last line says which."
        })
final class VerifyCommand implements Callable<Integer> {
    private final Surroundings surroundings;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private ConfigFile config = new ConfigFile();

    VerifyCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        SluiceConfig loaded = config.load(surroundings);
        PrintWriter out = spec.commandLine().getOut();
        VerifyReport all = new VerifyReport(List.of());
        int compared = 0;
        for (Map.Entry<String, PipelineConfig> pipeline : loaded.pipelines().entrySet()) {
            for (Map.Entry<String, SinkSection<?>> sink :
                    pipeline.getValue().sinks().entrySet()) {
                SinkVerification verification = verification(pipeline, sink, out);
                if (verification != null) {
                    out.println(pipeline.getKey() + " -> " + sink.getKey());
                    all = all.and(verification.run(report -> print(report, out)));
                    verification
                            .sequencesBehind()
                            .forEach(pair -> out.println("  sequence " + pair.description()
                                    + ": before the target takes over, run sluice sequences"));
                    compared++;
                }
            }
        }
        if (compared == 0) {
            throw SyncException.of(List.of(new Problem(
                    ErrorKind.CONFIGURATION,
                    "there is nothing to compare: no pipeline goes from PostgreSQL to PostgreSQL",
                    "Add a sink of type postgres.")));
        }
        out.println(all.summary());
        out.flush();
        return all.inStep() ? ExitCodes.OK : ExitCodes.DIFFERENCES;
    }

    /** @return null for a sink that cannot be compared */
    private static @Nullable SinkVerification verification(
            Map.Entry<String, PipelineConfig> pipeline, Map.Entry<String, SinkSection<?>> sink, PrintWriter out) {
        PostgresPair pair = PostgresPair.of(pipeline.getKey(), pipeline.getValue(), sink.getKey(), sink.getValue())
                .orElse(null);
        String both = pipeline.getKey() + " -> " + sink.getKey();
        if (pair == null) {
            out.println(both + ": not compared, type " + sink.getValue().type());
            return null;
        }
        if (sink.getValue().routeConfig().operations() != null) {
            out.println(both + ": not compared, it gets only some operations");
            return null;
        }
        SinkVerification.Stream stream = new SinkVerification.Stream(pair.pipeline(), pair.sink(), pair.source());
        return new SinkVerification(stream, pair.target(), pair.route(), Patience.defaults());
    }

    private static void print(TableReport report, PrintWriter out) {
        out.println(
                String.format(Locale.ROOT, "  %-40s %,12d rows  %s", report.table(), report.rows(), verdict(report)));
        report.problems().forEach(problem -> out.println("      " + problem));
        for (Difference difference : report.first()) {
            String columns = difference.columns().isEmpty() ? "" : ": " + String.join(", ", difference.columns());
            out.println(String.format(
                    Locale.ROOT, "      %-18s %s%s", difference.kind().words(), difference.key(), columns));
        }
        if (report.differences() > report.first().size()) {
            out.println(String.format(
                    Locale.ROOT,
                    "      and %,d more",
                    report.differences() - report.first().size()));
        }
        out.flush();
    }

    private static String verdict(TableReport report) {
        if (report.inStep()) {
            return "in step";
        }
        String differences =
                report.isDifferent() ? String.format(Locale.ROOT, "%,d differences", report.differences()) : "";
        if (report.unsettled() == 0) {
            return differences;
        }
        String open = report.behind() != null
                ? String.format(
                        Locale.ROOT, "not compared to the end: %s; %,d rows left", report.behind(), report.unsettled())
                : String.format(
                        Locale.ROOT, "%,d rows moved at every look and could not be compared", report.unsettled());
        return differences.isEmpty() ? open : differences + "; " + open;
    }
}
