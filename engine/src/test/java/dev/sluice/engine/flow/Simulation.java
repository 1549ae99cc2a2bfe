package dev.sluice.engine.flow;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.flow.VirtualTime.VirtualProcess;
import dev.sluice.engine.route.RouteConfig;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One whole life of a pipeline under everything that its seed makes happen, with the invariants checked at every step. */
final class Simulation {
    private static final int STEPS_TO_SETTLE = 200_000;
    private static final int MOST_TARGETS = 5;

    private final Random random;
    private final VirtualTime time;
    private final ModelServer server;
    private final ModelStore store;
    private final ModelSink.Faults faults = new ModelSink.Faults();
    private final List<ModelTarget> targets = new ArrayList<>();
    private final PipelineSettings settings;
    private final int sourceBatchBytes;
    private @Nullable Run run;
    private long serverUpAtMillis;
    private Position confirmed = Position.NONE;
    private final List<String> history = new ArrayList<>();

    Simulation(long seed) {
        random = new Random(seed * 0x9E3779B97F4A7C15L);
        time = new VirtualTime(random);
        server = new ModelServer(random);
        server.flaky(true);
        store = new ModelStore(random, this::copied);
        sourceBatchBytes = 200 + random.nextInt(1_500);
        int batchBytes = 200 + random.nextInt(3_000);
        settings = new PipelineSettings(
                batchBytes + random.nextInt(6_000),
                batchBytes,
                1 + random.nextInt(3),
                Duration.ofMillis(random.nextInt(60)),
                Duration.ofSeconds(20),
                Duration.ofMillis(10),
                Duration.ofMillis(300));
        int lanes = 1 + random.nextInt(4);
        for (int lane = 0; lane < lanes; lane++) {
            addTarget();
        }
        store.whenAdded(this::added);
    }

    private void addTarget() {
        boolean transactional = random.nextBoolean();
        String name = (transactional ? "transactional" : "plain") + targets.size();
        targets.add(new ModelTarget(name, transactional, server, store, route()));
    }

    private void added(String sink, Position start) {
        note(sink + " begins at " + start);
        targets.stream().filter(target -> target.name.equals(sink)).forEach(target -> target.begin(start));
    }

    private RouteConfig route() {
        return switch (random.nextInt(5)) {
            case 0 -> new RouteConfig(List.of("public.*", "!public.t1"), null, null);
            case 1 -> new RouteConfig(null, List.of("insert", "update"), null);
            case 2 -> new RouteConfig(null, null, Map.of("public.*", List.of("*", "!payload")));
            default -> RouteConfig.EVERYTHING;
        };
    }

    /** What happened, for a failing seed. */
    String history() {
        return String.join("\n", history);
    }

    private void note(String what) {
        history.add(time.nowMillis() + " ms: " + what);
    }

    void play() {
        for (int i = random.nextInt(5); i > 0; i--) {
            server.commit(random.nextInt(30), 0);
        }
        int steps = 300 + random.nextInt(1_200);
        for (int step = 0; step < steps; step++) {
            happen();
            current().start();
            step();
        }
        settle();
        finish();
    }

    private Run current() {
        if (run == null) {
            run = new Run();
            note("a process starts");
        }
        return run;
    }

    private void step() {
        time.step();
        if (!server.isUp() && time.nowMillis() >= serverUpAtMillis) {
            server.startUp();
            note("the server is up, its slot at " + server.confirmed());
        }
        check();
    }

    private void happen() {
        if (random.nextInt(8) == 0) {
            int size = random.nextInt(20) == 0 ? 200 + random.nextInt(400) : random.nextInt(12);
            server.commit(size, time.nowMillis() * 1_000);
        }
        if (random.nextInt(20) == 0) {
            server.idle();
        }
        switch (random.nextInt(400)) {
            case 0, 1 -> {
                note("the connection breaks");
                current().source.disconnect();
            }
            case 2 -> {
                note("the server restarts");
                server.shutDown();
                serverUpAtMillis = time.nowMillis() + random.nextInt(2_000);
                current().source.disconnect();
            }
            case 3, 4 -> {
                boolean failing = random.nextBoolean();
                note("the disk " + (failing ? "fails" : "works"));
                store.failing(failing);
            }
            case 5, 6, 7 -> {
                note("the process is killed");
                current().crash();
                run = null;
            }
            case 8 -> {
                note("the pipeline is stopped");
                current().stop();
            }
            case 9 -> {
                note("a table is made");
                server.makeTable();
            }
            case 10 -> {
                if (store.isCopied() && targets.size() < MOST_TARGETS) {
                    note("the process is killed, and gets another sink");
                    current().crash();
                    run = null;
                    addTarget();
                }
            }
            default -> {}
        }
        if (run != null && run.isFinished()) {
            note("the pipeline has stopped");
            run.requireClean();
            run.process.kill();
            run = null;
        }
    }

    /** Faults end; everything must get everywhere. */
    private void settle() {
        note("faults end");
        faults.off();
        server.flaky(false);
        store.failing(false);
        serverUpAtMillis = time.nowMillis();
        for (int step = 0; run != null && run.stopped && !run.isFinished(); step++) {
            require(
                    step < STEPS_TO_SETTLE,
                    () -> "does not stop: " + current().pipeline.status());
            step();
        }
        if (run != null && run.isFinished()) {
            run.requireClean();
            run = null;
        }
        Run last = current();
        last.start();
        for (int step = 0; !isComplete() || last.pipeline.status().state() != PipelineState.STREAMING; step++) {
            require(step < STEPS_TO_SETTLE, () -> "does not begin: " + last.pipeline.status());
            step();
        }
        boolean[] caughtUp = {false};
        last.pipeline.caughtUp().subscribe(nothing -> {}, last::failed, () -> caughtUp[0] = true);
        for (int step = 0; !caughtUp[0]; step++) {
            require(step < STEPS_TO_SETTLE, () -> "does not catch up: " + last.pipeline.status());
            step();
        }
        targets.forEach(ModelTarget::requireComplete);
        for (int step = 0; !last.pipeline.status().isReady(); step++) {
            require(step < STEPS_TO_SETTLE, () -> "caught up but not ready: " + last.pipeline.status());
            step();
        }
    }

    private boolean isComplete() {
        return store.isCopied() && targets.stream().allMatch(ModelTarget::holdsEverything);
    }

    private void finish() {
        Run last = current();
        last.stop();
        for (int step = 0; !last.isFinished(); step++) {
            require(step < STEPS_TO_SETTLE, () -> "does not stop: " + last.pipeline.status());
            step();
        }
        last.requireClean();
        targets.forEach(ModelTarget::requireComplete);
    }

    private void check() {
        Run live = run;
        if (live == null) {
            return;
        }
        live.requireNoFailure();
        PipelineStatus status = live.pipeline.status();
        requireDurable(status.confirmed());
        long bound = settings.journalBytes() + 2L * sourceBatchBytes + 500; // one batch with its index
        require(
                status.bufferedBytes() <= bound,
                () -> status.bufferedBytes() + " bytes in the journal, at most " + bound);
    }

    private void confirming(Position position) {
        requireDurable(position);
        require(!live().confirmed.isAfter(position), () -> "confirmed " + live().confirmed + ", then " + position);
        live().confirmed = position;
        confirmed = confirmed.max(position);
    }

    private Run live() {
        return java.util.Objects.requireNonNull(run);
    }

    private void requireDurable(Position position) {
        for (ModelTarget target : targets) {
            Position durable = target.transactional ? target.position() : store.saved(target.name);
            if (durable.isNone() && store.isCopied()) {
                durable = store.knows(target.name) ? store.saved(target.name) : position; // where it is to begin
            }
            Position has = durable;
            require(!position.isAfter(has), () -> "confirmed " + position + ", " + target.name + " has " + has);
        }
    }

    private void copied(Position start) {
        note("copied, the stream goes on from " + start);
        targets.forEach(target -> target.requireCopied(start));
    }

    private static void require(boolean condition, Supplier<String> otherwise) {
        if (!condition) {
            throw new AssertionError(otherwise.get());
        }
    }

    /** One process: a pipeline with its source and its sinks. */
    private final class Run {
        private final VirtualProcess process = time.process();
        private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        private final ModelSource source = new ModelSource(
                server, random, process.thread("source"), sourceBatchBytes, Simulation.this::confirming);
        private final List<ModelSink> sinks = new ArrayList<>();
        private final Pipeline pipeline;
        private Position confirmed = Position.NONE;
        private boolean started;
        private boolean stopped;
        private boolean finished;
        private @Nullable Throwable failure;

        Run() {
            PipelineBuilder builder = Pipeline.builder("shop")
                    .source(source)
                    .checkpoints(store)
                    .settings(settings)
                    .meters(meters)
                    .clock(time.clock())
                    .threads(VirtualThreads.of(process));
            for (ModelTarget target : targets) {
                ModelSink sink =
                        ModelSink.of(target, random, process.thread("driver"), faults, () -> store.saved(target.name));
                sinks.add(sink);
                builder.sink(target.name, sink, target.route());
            }
            pipeline = builder.build();
            pipeline.finished().subscribe(nothing -> {}, this::failed, () -> finished = true);
        }

        void start() {
            if (!started) {
                started = true;
                pipeline.start().subscribe(nothing -> {}, this::failed);
            }
        }

        void stop() {
            stopped = true;
            pipeline.stop().subscribe(nothing -> {}, this::failed);
        }

        void crash() {
            process.kill();
            sinks.forEach(ModelSink::crash);
        }

        boolean isFinished() {
            return finished;
        }

        void failed(Throwable error) {
            failure = error;
        }

        void requireNoFailure() {
            if (failure != null) {
                throw new AssertionError("the pipeline failed: " + failure.getMessage(), failure);
            }
        }

        void requireClean() {
            requireNoFailure();
            require(source.leaks().isEmpty(), () -> "left open: " + source.leaks());
            require(sinks.stream().allMatch(ModelSink::isClosed), () -> "a sink was not closed");
            require(meters.getMeters().isEmpty(), () -> "meters were left: " + meters.getMeters());
            List<String> tasks = process.outstanding();
            require(tasks.stream().allMatch(task -> task.startsWith("source")), () -> "tasks were left: " + tasks);
        }
    }
}
