package dev.sluice.sink.eventbus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.testkit.change.JsonEvents;
import dev.sluice.testkit.change.RecordedChange;
import dev.sluice.testkit.leak.LeavesNoThreads;
import dev.sluice.testkit.sink.EventSinkContractTest;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** In the mode that waits for replies, several at a time. */
@LeavesNoThreads
class EventBusSinkContractTest extends EventSinkContractTest {
    private final Vertx vertx = Vertx.vertx();
    private final List<String> received = new CopyOnWriteArrayList<>();

    @BeforeEach
    void listen() {
        vertx.eventBus().<Buffer>consumer("events of shop", message -> {
            received.add(message.body().toString(StandardCharsets.UTF_8));
            message.reply(null);
        });
    }

    @AfterEach
    void closeVertx() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
        assertThat(received).allSatisfy(event -> assertThat(event).contains("\"name\":\"shop\""));
    }

    @Override
    protected Sink sink() {
        EventBusConfig config = new EventBusConfig(
                "events of {pipeline}", EventBusConfig.Mode.REQUEST, Duration.ofSeconds(20), 16, false);
        SinkContext context = new SinkContext(
                "shop", "bus", new SimpleMeterRegistry(), Clock.systemUTC(), Map.of(Vertx.class, vertx));
        return new EventBusSinkProvider().create(config, context);
    }

    @Override
    protected List<RecordedChange> events() {
        return new JsonEvents().readAll(received);
    }
}
