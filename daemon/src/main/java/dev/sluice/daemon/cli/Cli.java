package dev.sluice.daemon.cli;

import dev.sluice.daemon.logging.LogLevel;
import dev.sluice.daemon.logging.LogSetup;
import dev.sluice.daemon.logging.LogStyle;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.SyncException;
import java.io.PrintWriter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** The command line as a whole: which commands there are, and how errors are told. */
public final class Cli {
    private final Surroundings surroundings;
    private final SluiceCommand root = new SluiceCommand();

    Cli(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** The program. */
    public static void main(String[] args) {
        System.exit(new Cli(Surroundings.ofProcess()).commandLine().execute(args));
    }

    CommandLine commandLine() {
        CommandLine commandLine = new CommandLine(root)
                .addSubcommand(new RunCommand(surroundings))
                .addSubcommand(new VerifyCommand(surroundings))
                .addSubcommand(new ValidateCommand(surroundings))
                .addSubcommand(new TablesCommand(surroundings))
                .addSubcommand(new InstallCommand(surroundings))
                .addSubcommand(new SequencesCommand(surroundings))
                .addSubcommand(new TeardownCommand(surroundings))
                .addSubcommand(new VersionCommand())
                .addSubcommand(new CompletionCommand());
        commandLine.setCaseInsensitiveEnumValuesAllowed(true);
        commandLine.setUsageHelpAutoWidth(false);
        commandLine.setUsageHelpWidth(96);
        commandLine.setExecutionStrategy(this::execute);
        commandLine.setParameterExceptionHandler((error, arguments) -> misused(error));
        commandLine.setExecutionExceptionHandler((error, failed, parsed) -> tell(error, failed.getErr()));
        return commandLine;
    }

    private int execute(ParseResult parsed) {
        LogStyle style = surroundings.terminal().isInteractive() ? LogStyle.TEXT : LogStyle.JSON;
        LogSetup.configure(
                level(parsed.commandSpec().commandLine()),
                style,
                surroundings.terminal().logStream());
        return new RunLast().execute(parsed);
    }

    private LogLevel level(CommandLine commandLine) {
        LogLevel given = root.logLevel();
        if (given != null) {
            return given;
        }
        String variable = surroundings.environment().getOrDefault("SLUICE_LOG", "info");
        try {
            return LogLevel.valueOf(variable.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            String what = "SLUICE_LOG is \"" + variable + "\", not one of error, warn, info, debug, trace";
            throw new ParameterException(commandLine, what, e);
        }
    }

    /** The whole help would push the error out of sight. */
    private static int misused(ParameterException error) {
        CommandLine misused = error.getCommandLine();
        PrintWriter err = misused.getErr();
        err.println(error.getMessage());
        UnmatchedArgumentException.printSuggestions(error, err);
        err.println("Try: " + misused.getCommandSpec().qualifiedName() + " --help");
        err.flush();
        return ExitCodes.USAGE;
    }

    private static int tell(Exception error, PrintWriter err) {
        SyncException ours = SyncException.from(error);
        boolean first = true;
        for (Problem problem : ours.problems()) {
            err.println((first ? "" : System.lineSeparator()) + problem);
            first = false;
        }
        if (ours.kind() == ErrorKind.INTERNAL) {
            printCause(ours, err);
        }
        err.flush();
        return ours.kind() == ErrorKind.CONFIGURATION ? ExitCodes.USAGE : ExitCodes.FAILED;
    }

    /** A fault of ours is worth its stack. */
    private static void printCause(SyncException error, PrintWriter err) {
        @Nullable Throwable cause = error.getCause();
        (cause == null ? error : cause).printStackTrace(err);
    }
}
