package dev.sluice.daemon.cli;

import dev.sluice.daemon.logging.LogLevel;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code sluice} without a command: shows the help. */
@Command(
        name = "sluice",
        description = "Keeps other systems in step with PostgreSQL, row by row, as it changes.",
        synopsisSubcommandLabel = "COMMAND",
        mixinStandardHelpOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:done",
            "1:something could not be done; standard error says what and why",
            "2:the command line or the configuration is wrong; nothing was touched",
            "3:verify found differences, or could not compare everything"
        },
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footer = {"", "The configuration is described in docs/configuration.md, the daemon in docs/daemon.md."})
final class SluiceCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    @SuppressWarnings("unused") // Picocli looks at the annotation only.
    private boolean help;

    @Option(
            names = "--log-level",
            paramLabel = "LEVEL",
            scope = ScopeType.INHERIT,
            description = "error, warn, info, debug or trace; default: SLUICE_LOG, or info.")
    private @Nullable LogLevel logLevel;

    @Nullable LogLevel logLevel() {
        return logLevel;
    }

    @Override
    public Integer call() {
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }
}
