package dev.sluice.bench.micro;

import java.io.PrintStream;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.NoBenchmarksException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the benchmarks whose names match, all of them by default, and prints a table as they end. Takes what JMH's own
 * command line takes; allocation is always measured, and {@code -v NORMAL} shows JMH's output instead.
 */
public final class Micro {
    private static final String ALLOCATION = "gc";

    private Micro() {}

    public static void main(String[] arguments) throws Exception {
        try {
            CommandLineOptions options = new CommandLineOptions(arguments);
            if (options.shouldHelp()) {
                options.showHelp();
            } else if (options.shouldList()) {
                new Runner(options).list();
            } else if (!run(options, System.out)) {
                System.exit(1);
            }
        } catch (CommandLineOptionException e) {
            System.err.println("jmh: " + e.getMessage());
            System.exit(2);
        }
    }

    /** False if a benchmark failed, or none has such a name. */
    static boolean run(CommandLineOptions given, PrintStream out) {
        ChainedOptionsBuilder options = new OptionsBuilder().parent(given).shouldFailOnError(true);
        if (given.getProfilers().stream()
                .noneMatch(profiler -> profiler.getKlass().equals(ALLOCATION))) {
            options.addProfiler(GCProfiler.class);
        }
        boolean plain = given.verbosity().orElse(VerboseMode.SILENT) != VerboseMode.SILENT;
        RowTable table = new RowTable(out);
        try {
            (plain ? new Runner(options.build()) : new Runner(options.build(), table)).run();
            return true;
        } catch (NoBenchmarksException e) {
            out.println("jmh: no benchmark has such a name, -l lists them");
            return false;
        } catch (RunnerException e) {
            out.println(table.told() + "jmh: " + e.getMessage());
            return false;
        }
    }
}
