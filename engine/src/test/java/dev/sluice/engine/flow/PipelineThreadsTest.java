package dev.sluice.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.route.Route;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** A pipeline on threads as in production; everything about it that is not about threads is in {@link PipelineTest}. */
@Timeout(60)
class PipelineThreadsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Random random = new Random(3);
    private final ModelServer server = new ModelServer(random);
    private final Scheduler sourceThread = Schedulers.newSingle("model-source", true);
    private final ScriptedSink sink = new ScriptedSink();
    private final ScriptedSink other = new ScriptedSink();
    private final Pipeline pipeline = Pipeline.builder("threads")
            .source(new ModelSource(server, random, sourceThread, 2_000, position -> {}))
            .sink("one", sink, Route.everything())
            .sink("other", other, Route.everything())
            .checkpoints(new ModelStore(new Random(4), snapshot -> {}))
            .settings(new PipelineSettings(
                    8_000,
                    4_000,
                    2,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(5),
                    Duration.ofMillis(5),
                    Duration.ofMillis(50)))
            .build();

    @AfterEach
    void endSourceThread() {
        sourceThread.dispose();
    }

    /** The server belongs to the source's thread. */
    private void commit(int size) {
        Mono.fromRunnable(() -> server.commit(size, 0))
                .subscribeOn(sourceThread)
                .block(PATIENCE);
    }

    @Test
    void everySinkGetsEveryChangeThoughOneFailsOftenAndWhoIsToldOfTheEndIsNotInterrupted() throws Exception {
        for (int failure = 0; failure < 20; failure++) {
            sink.then(batch -> Mono.error(new SyncException(ErrorKind.SINK_UNAVAILABLE, "the target is away.")));
        }
        pipeline.start().block(PATIENCE);
        pipeline.caughtUp().block(PATIENCE); // what is committed before the snapshot is copied, not streamed
        for (int number = 0; number < 200; number++) {
            commit(1 + number % 7);
        }
        pipeline.caughtUp().block(PATIENCE);

        AtomicBoolean interrupted = new AtomicBoolean();
        AtomicReference<String> where = new AtomicReference<>("");
        CountDownLatch told = new CountDownLatch(1);
        pipeline.finished().subscribe(nothing -> {}, error -> {}, () -> {
            interrupted.set(Thread.currentThread().isInterrupted());
            where.set(Thread.currentThread().getName());
            told.countDown();
        });
        pipeline.stop().block(PATIENCE);

        assertThat(told.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(interrupted).as("on thread " + where).isFalse();
        var expected = server.changes().stream()
                .filter(ModelServer.Row::published)
                .map(ModelServer.Row::position)
                .toList();
        assertThat(other.written).isEqualTo(expected);
        assertThat(sink.written).isEqualTo(expected);
    }

    @Test
    void noThreadIsLeftBehind() throws Exception {
        pipeline.start().block(PATIENCE);
        commit(5);
        pipeline.caughtUp().block(PATIENCE);
        pipeline.stop().block(PATIENCE);
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().contains("-threads")) {
                thread.join(PATIENCE.toMillis());
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }
}
