package dev.sluice.demo;

import dev.sluice.daemon.verify.Difference;
import dev.sluice.daemon.verify.TableReport;
import dev.sluice.daemon.verify.VerifyReport;
import dev.sluice.engine.flow.Pipeline;
import dev.sluice.engine.flow.PipelineState;
import dev.sluice.testkit.postgres.PostgresServer;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The demo from the first server to the last comparison. For one thread; everything it opens is closed when it returns. */
final class Demonstration {
    /** What a shop would not notice, and what makes the servers start fast. */
    private static final Map<String, String> SETTINGS = Map.of("shared_buffers", "64MB", "max_wal_size", "4GB");

    private static final Duration TERMINAL_PAUSE = Duration.ofMillis(250);
    private static final Duration PAUSE = Duration.ofSeconds(1);
    private static final Duration CATCH_UP = Duration.ofMinutes(2);

    private final Screen screen;
    private final StopRequest stop;
    private final Plan plan;

    /**
     * What is to be shown.
     *
     * @param length how long the workload runs; empty until it is stopped
     * @param rate transactions a second
     * @param shop the rows to begin with
     * @param seed of everything random
     */
    record Plan(Optional<Duration> length, int rate, Shop shop, long seed) {}

    Demonstration(Screen screen, StopRequest stop, Plan plan) {
        this.screen = screen;
        this.stop = stop;
        this.plan = plan;
    }

    /** How it ended. */
    enum Ending {
        IN_STEP,
        DIFFERENCES,
        /** Before there was anything to compare. */
        STOPPED_EARLY
    }

    Ending run() throws SQLException, InterruptedException {
        try (WorkDirectory work = new WorkDirectory()) {
            // Otherwise the library that it unpacks outlives a process that was ended by Ctrl-C.
            System.setProperty("org.sqlite.tmpdir", work.directory("native").toString());
            screen.say("Starting two PostgreSQL servers. The first time this unpacks them.");
            try (PostgresServer source = PostgresServer.start(SETTINGS);
                    PostgresServer target = PostgresServer.start(SETTINGS)) {
                return openShop(source, target, work);
            }
        } catch (UncheckedIOException e) {
            // Ctrl-C reaches every program that was started from the terminal, also one that was making a server.
            return stoppedEarlyOr(e);
        }
    }

    private Ending stoppedEarlyOr(UncheckedIOException failure) {
        if (!stop.isRequested()) {
            throw failure;
        }
        screen.say("Stopped before there was anything to compare.");
        return Ending.STOPPED_EARLY;
    }

    private Ending openShop(PostgresServer source, PostgresServer target, WorkDirectory work)
            throws SQLException, InterruptedException {
        source.createDatabase(Shop.DATABASE);
        target.createDatabase(Shop.DATABASE);
        screen.say("  source  " + source.url(Shop.DATABASE));
        screen.say("  target  " + target.url(Shop.DATABASE) + "   (empty)");
        screen.say("Opening a shop in the source: customers, products, orders and their items.");
        try (Connection connection = source.connect(Shop.DATABASE)) {
            plan.shop().open(connection);
        }
        if (stop.isRequested()) {
            screen.say("Stopped before there was anything to compare.");
            return Ending.STOPPED_EARLY;
        }
        try (Replication replication =
                new Replication(source.url(Shop.DATABASE), target.url(Shop.DATABASE), work.directory("state"))) {
            screen.say("Starting Sluice, and the shop's business at " + plan.rate() + " transactions a second.");
            screen.say("  metrics " + replication.metricsAddress());
            screen.say("  Sluice copies the tables first and then follows every commit. "
                    + plan.length()
                            .map(length -> "This runs for " + length.toSeconds() + " seconds; Ctrl-C ends it earlier.")
                            .orElse("Ctrl-C ends it."));
            return follow(replication, source);
        }
    }

    private Ending follow(Replication replication, PostgresServer source) throws SQLException, InterruptedException {
        Pipeline pipeline = replication.pipeline();
        CompletableFuture<Void> started = pipeline.start().toFuture();
        try (Workload workload =
                new Workload(() -> source.connect(Shop.DATABASE), plan.shop(), plan.rate(), plan.seed())) {
            watch(pipeline, workload);
            screen.say("Closing the shop.");
            workload.finish();
            if (workload.failure() != null) {
                throw workload.failure();
            }
            screen.say(String.format(
                    Locale.ROOT,
                    "  %,d transactions were committed, %,d rolled back.",
                    workload.committed(),
                    workload.rolledBack()));
        }
        started.join();
        catchUp(pipeline);
        screen.say("Comparing both databases row by row.");
        VerifyReport report = replication.compare(this::show);
        screen.say(report.summary());
        return report.inStep() ? Ending.IN_STEP : Ending.DIFFERENCES;
    }

    /** Shows the live line until it is time to stop, or something has failed. */
    private void watch(Pipeline pipeline, Workload workload) throws InterruptedException {
        LiveLine line = new LiveLine();
        long end = plan.length()
                .map(length -> System.nanoTime() + length.toNanos())
                .orElse(0L);
        Duration pause = screen.isLive() ? TERMINAL_PAUSE : PAUSE;
        boolean stopped = false;
        while (!stopped && workload.failure() == null && pipeline.status().state() != PipelineState.STOPPED) {
            long nanos = System.nanoTime();
            screen.live("  " + line.of(pipeline.status(), nanos));
            long left = plan.length().isEmpty() ? Long.MAX_VALUE : end - nanos;
            stopped = left <= 0 || stop.await(Duration.ofNanos(Math.min(pause.toNanos(), left)));
        }
    }

    private void catchUp(Pipeline pipeline) throws InterruptedException {
        screen.say("Letting the target catch up.");
        CompletableFuture<Void> caughtUp = pipeline.caughtUp().toFuture();
        LiveLine line = new LiveLine();
        long deadline = System.nanoTime() + CATCH_UP.toNanos();
        while (!caughtUp.isDone()) {
            try {
                caughtUp.get(PAUSE.toMillis(), TimeUnit.MILLISECONDS);
            } catch (TimeoutException notYet) {
                screen.live("  " + line.of(pipeline.status(), System.nanoTime()));
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "the target did not catch up within " + CATCH_UP.toMinutes() + " minutes", notYet);
                }
            } catch (ExecutionException failed) {
                throw new CompletionException(failed.getCause());
            }
        }
    }

    private void show(TableReport table) {
        screen.say(String.format(
                Locale.ROOT,
                "  %-20s %,9d rows   %s",
                table.table(),
                table.rows(),
                table.inStep() ? "equal" : table.differences() + " differences"));
        table.problems().forEach(problem -> screen.say("    " + problem));
        for (Difference difference : table.first()) {
            screen.say("    " + difference.key() + " " + difference.kind().words() + " "
                    + String.join(", ", difference.columns()));
        }
    }
}
