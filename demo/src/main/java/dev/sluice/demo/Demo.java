package dev.sluice.demo;

import dev.sluice.daemon.logging.LogLevel;
import dev.sluice.daemon.logging.LogSetup;
import dev.sluice.daemon.logging.LogStyle;
import dev.sluice.demo.Demonstration.Ending;
import dev.sluice.demo.Demonstration.Plan;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** One PostgreSQL kept in step with another while a shop does its business; nothing has to be installed for it. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Starts two PostgreSQL servers, opens a shop in one, keeps the other in step while the shop does its",
            "business, and at the end compares both row by row. Nothing of it stays on this machine."
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:both databases were equal",
            "1:something failed",
            "2:the command line is wrong",
            "3:they differed"
        })
public final class Demo implements Callable<Integer> {
    private static final int DIFFERENCES = 3;

    private final StopRequest stop;

    @Option(
            names = "--for",
            paramLabel = "TIME",
            converter = TimeConverter.class,
            description = "end by itself after this time, such as 20s or 2m; without it, Ctrl-C ends it")
    private @Nullable Duration length;

    @Option(names = "--rate", paramLabel = "N", defaultValue = "200", description = "transactions a second (200)")
    private int rate = 200;

    @Option(
            names = "--customers",
            paramLabel = "N",
            defaultValue = "12000",
            description = "how large the shop is when it opens (12000, which makes about 75,000 rows)")
    private int customers = 12_000;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "of everything random (1)")
    private long seed = 1;

    private Demo(StopRequest stop) {
        this.stop = stop;
    }

    /** Ends the process with one of the exit codes above. */
    public static void main(String[] arguments) {
        StopRequest stop = StopRequest.onSignal();
        int status = new CommandLine(new Demo(stop))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println("The demo failed: " + reason(failure));
                    return command.getCommandSpec().exitCodeOnExecutionException();
                })
                .execute(arguments);
        stop.finished(status);
        System.exit(status);
    }

    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    @Override
    public Integer call() throws SQLException, InterruptedException {
        if (rate < 1 || rate > 100_000 || customers < 100 || customers > 10_000_000) {
            throw new CommandLine.ParameterException(
                    new CommandLine(this), "--rate is between 1 and 100000, --customers between 100 and 10000000");
        }
        LogSetup.configure(LogLevel.ERROR, LogStyle.TEXT, System.err);
        Plan plan = new Plan(Optional.ofNullable(length), rate, new Shop(customers), seed);
        Ending ending = new Demonstration(Screen.standard(), stop, plan).run();
        return switch (ending) {
            case IN_STEP, STOPPED_EARLY -> 0;
            case DIFFERENCES -> DIFFERENCES;
        };
    }

    /** Reads {@code 20s}, {@code 2m}, {@code 1h} or a plain number of seconds. */
    static final class TimeConverter implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,5})(s|m|h)?");

        @Override
        public Duration convert(String value) {
            Matcher matcher = FORM.matcher(value);
            if (!matcher.matches()) {
                throw new TypeConversionException("\"" + value + "\" is no time such as 20s or 2m");
            }
            long amount = Long.parseLong(matcher.group(1));
            String unit = matcher.group(2);
            if (unit == null || unit.equals("s")) {
                return Duration.ofSeconds(amount);
            }
            return unit.equals("m") ? Duration.ofMinutes(amount) : Duration.ofHours(amount);
        }
    }
}
