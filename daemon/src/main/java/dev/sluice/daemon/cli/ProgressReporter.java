package dev.sluice.daemon.cli;

import dev.sluice.engine.flow.PipelineStatus;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Shows the first copy's progress while it lasts: a live line for a person, otherwise a line in the log now and then. */
final class ProgressReporter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProgressReporter.class);
    private static final long LIVE_MILLIS = 250;
    private static final long LOGGED_MILLIS = 10_000;

    private final Terminal terminal;
    private final Supplier<List<PipelineStatus>> pipelines;
    private final ScheduledExecutorService timer;
    private @Nullable Future<?> ticks;

    ProgressReporter(Terminal terminal, Supplier<List<PipelineStatus>> pipelines) {
        this.terminal = terminal;
        this.pipelines = pipelines;
        this.timer = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "sluice-progress");
            thread.setDaemon(true);
            return thread;
        });
    }

    void start() {
        long every = terminal.isInteractive() ? LIVE_MILLIS : LOGGED_MILLIS;
        ticks = timer.scheduleWithFixedDelay(this::report, every, every, TimeUnit.MILLISECONDS);
    }

    private void report() {
        String line = CopyProgressLine.of(pipelines.get());
        if (terminal.isInteractive()) {
            terminal.live(line);
        } else if (!line.isEmpty()) {
            LOG.info("{}", line);
        }
    }

    @Override
    public void close() {
        if (ticks != null) {
            ticks.cancel(false);
        }
        timer.shutdownNow();
        terminal.live("");
    }
}
