package dev.sluice.daemon.cli;

import dev.sluice.daemon.Daemon;
import dev.sluice.engine.config.SluiceConfig;
import dev.sluice.engine.flow.Pipeline;
import dev.sluice.engine.flow.PipelineState;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** {@code sluice run}. */
@Command(
        name = "run",
        description = {
            "Copy what is there, then keep the sinks in step until stopped.",
            "SIGTERM or Ctrl-C writes what has been read, then exits; a second one exits at once."
        })
final class RunCommand implements Callable<Integer> {
    private static final Logger LOG = LoggerFactory.getLogger(RunCommand.class);

    private final Surroundings surroundings;

    @Mixin
    private ConfigFile config = new ConfigFile();

    @Option(
            names = "--until-caught-up",
            description = "Copy, apply everything that was committed when it started, and exit.")
    private boolean untilCaughtUp;

    RunCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    @Override
    public Integer call() {
        SluiceConfig loaded = config.load(surroundings);
        AtomicBoolean anyFailed = new AtomicBoolean();
        CompletableFuture<Integer> outcome = new CompletableFuture<>();
        Signals.onTermination(() -> {
            LOG.info("stopping; a second signal stops at once");
            outcome.complete(untilCaughtUp || anyFailed.get() ? ExitCodes.FAILED : ExitCodes.OK);
        });
        try (Daemon daemon = Daemon.open(loaded);
                ProgressReporter progress = new ProgressReporter(surroundings.terminal(), daemon::status)) {
            progress.start();
            daemon.start();
            Mono<Integer> end = untilCaughtUp ? caughtUp(daemon.pipelines()) : ended(daemon.pipelines(), anyFailed);
            end.subscribe(outcome::complete, outcome::completeExceptionally);
            return outcome.join();
        }
    }

    /** The last of them has ended: it has failed, for a reason that is in the log, or was only to copy. */
    private static Mono<Integer> ended(List<Pipeline> pipelines, AtomicBoolean anyFailed) {
        return Flux.fromIterable(pipelines)
                .flatMap(pipeline -> pipeline.finished()
                        .doOnError(error -> anyFailed.set(true))
                        .onErrorComplete())
                .then(Mono.fromSupplier(() -> anyFailed.get() ? ExitCodes.FAILED : ExitCodes.OK));
    }

    /** Each has caught up or failed. */
    private static Mono<Integer> caughtUp(List<Pipeline> pipelines) {
        return Flux.fromIterable(pipelines).flatMap(RunCommand::caughtUp).reduce(ExitCodes.OK, Math::max);
    }

    private static Mono<Integer> caughtUp(Pipeline pipeline) {
        return pipeline.start()
                .then(Mono.defer(pipeline::caughtUp))
                .doOnSuccess(nothing -> LOG.info("{}: caught up", pipeline.name()))
                .thenReturn(ExitCodes.OK)
                .doOnError(error -> tellUnlessLogged(pipeline, error))
                .onErrorReturn(ExitCodes.FAILED);
    }

    /** Why a pipeline has failed is in the log already; that nobody can tell how far it is, is not. */
    private static void tellUnlessLogged(Pipeline pipeline, Throwable error) {
        if (pipeline.status().state() != PipelineState.FAILED
                && pipeline.status().reason() == null) {
            LOG.error("{}: it cannot be told whether it has caught up: {}", pipeline.name(), error.getMessage());
        }
    }
}
