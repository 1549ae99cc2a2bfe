package dev.sluice.sink.eventbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ShapeChange;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.change.TableShape;
import dev.sluice.engine.sink.ShapeListener;
import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.SinkProvider;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.leak.LeavesNoThreads;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@LeavesNoThreads
class EventBusSinkTest {
    private static final SourceIdentity SOURCE = new SourceIdentity("1", 1, "shop", "sluice_shop");
    private static final Relation ITEMS =
            Batches.relation("public", "items").key("id", "int4").build();
    private static final Relation ODD =
            Batches.relation("public", "{schema} {x}").key("id", "int4").build();
    private static final ChangeBatch BATCH = Batches.batch()
            .begin(700, 0x100)
            .insert(ITEMS, "1")
            .insert(ODD, "2")
            .insert(ITEMS, "3")
            .commit(0x180)
            .build();

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<Message<Buffer>> received = new LinkedBlockingQueue<>();

    @AfterEach
    void closeVertx() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(20, TimeUnit.SECONDS);
    }

    @Test
    void publishedEventsReachEveryConsumerOfTheirTable() throws InterruptedException {
        Sink sink = opened(config("{pipeline}.{schema}.{table}", EventBusConfig.Mode.PUBLISH));
        vertx.eventBus().consumer("shop.public.items", received::add);
        vertx.eventBus().consumer("shop.public.items", received::add);
        vertx.eventBus().consumer("shop.public.{schema} {x}", received::add);
        assertThat(sink.write(BATCH).block()).isEqualTo(BATCH.last());
        List<Integer> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(new JsonObject(take().body()).getJsonObject("after").getInteger("id"));
        }
        assertThat(ids).containsExactlyInAnyOrder(1, 1, 2, 3, 3);
    }

    @Test
    void publishingToNobodySucceeds() {
        Sink sink = opened(config("nobody", EventBusConfig.Mode.PUBLISH));
        assertThat(sink.write(BATCH).block()).isEqualTo(BATCH.last());
    }

    @Test
    void aRequestIsDurableWhenAllConsumersHaveReplied() throws Exception {
        vertx.eventBus().consumer("all", received::add);
        Sink sink = opened(config("all", EventBusConfig.Mode.REQUEST));
        CompletableFuture<?> write = sink.write(BATCH).toFuture();
        take().reply("anything");
        take().reply(null);
        Message<Buffer> last = take();
        assertThat(write).isNotDone();
        assertThat(new JsonObject(last.body()).getJsonObject("source").getString("position"))
                .isEqualTo("0/100:3");
        last.reply(null);
        assertThat(write.get(10, TimeUnit.SECONDS)).isEqualTo(BATCH.last());
    }

    @Test
    void byDefaultTheNextEventWaitsForTheReply() throws InterruptedException {
        vertx.eventBus().consumer("all", received::add);
        Sink sink = opened(config("all", EventBusConfig.Mode.REQUEST));
        CompletableFuture<?> write = sink.write(BATCH).toFuture();
        Message<Buffer> first = take();
        assertThat(received.poll(100, TimeUnit.MILLISECONDS)).isNull();
        first.fail(3, "no, thank you");
        assertThat(write)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(SyncException.class)
                .withMessageContaining("0/100:1")
                .withMessageContaining("all")
                .withMessageContaining("no, thank you")
                .extracting(error -> ((SyncException) error).kind())
                .isEqualTo(ErrorKind.ROW_REFUSED);
    }

    @Test
    void aTableThatHasAnotherShapeIsAnEventAtTheAddressOfItsChanges() throws Exception {
        vertx.eventBus().consumer("shop.public.items", received::add);
        ShapeChange change =
                new ShapeChange(TableShape.of(ODD), TableShape.of(ITEMS), BATCH.position(0), BATCH.transaction(0));
        String address = "{pipeline}.{schema}.{table}";

        ShapeListener told = (ShapeListener) opened(config(address, EventBusConfig.Mode.REQUEST));
        CompletableFuture<?> done = told.altered(change).toFuture();
        Message<Buffer> message = take();
        assertThat(new JsonObject(message.body()).getString("op")).isEqualTo("s");
        assertThat(done).isNotDone();
        message.reply(null);
        done.get(10, TimeUnit.SECONDS);

        ShapeListener published = (ShapeListener) opened(config(address, EventBusConfig.Mode.PUBLISH));
        published.altered(change).block();
        assertThat(new JsonObject(take().body())
                        .getJsonObject("schemaChange")
                        .getJsonObject("before")
                        .getString("table"))
                .isEqualTo("{schema} {x}");
    }

    @Test
    void aRequestWithoutConsumerOrAnswerIsTriedAgainLater() {
        Sink sink = opened(config("nobody", EventBusConfig.Mode.REQUEST));
        assertUnavailable(sink, "nobody listens");
        vertx.eventBus().consumer("silent", received::add);
        Sink impatient =
                opened(new EventBusConfig("silent", EventBusConfig.Mode.REQUEST, Duration.ofMillis(50), 1, false));
        assertUnavailable(impatient, "within 50 ms");
    }

    @Test
    void withoutVertxItSaysWhatIsMissing() {
        SinkContext bare = new SinkContext("shop", "bus", new SimpleMeterRegistry(), Clock.systemUTC(), Map.of());
        assertThatThrownBy(() -> new EventBusSinkProvider().create(config("a", EventBusConfig.Mode.PUBLISH), bare))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("Vert.x")
                .extracting(error -> ((SyncException) error).kind())
                .isEqualTo(ErrorKind.CONFIGURATION);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{tabel}", "{pipeline}.{", "}"})
    void aBadAddressIsRefused(String address) {
        assertThatThrownBy(() -> config(address, EventBusConfig.Mode.PUBLISH)).hasMessageContaining("address");
    }

    @Test
    void itIsFoundByItsType() {
        List<String> types = new ArrayList<>();
        for (SinkProvider<?> provider : ServiceLoader.load(SinkProvider.class)) {
            types.add(provider.type());
        }
        assertThat(types).contains("eventbus");
    }

    private static void assertUnavailable(Sink sink, String message) {
        assertThatThrownBy(() -> sink.write(BATCH).block(Duration.ofSeconds(10)))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining(message)
                .extracting(error -> ((SyncException) error).kind())
                .isEqualTo(ErrorKind.SINK_UNAVAILABLE);
    }

    private Message<Buffer> take() throws InterruptedException {
        Message<Buffer> message = received.poll(10, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("no message came");
        }
        return message;
    }

    private static EventBusConfig config(String address, EventBusConfig.Mode mode) {
        return new EventBusConfig(address, mode, Duration.ofSeconds(10), 1, true);
    }

    private Sink opened(EventBusConfig config) {
        SinkContext context = new SinkContext(
                "shop", "bus", new SimpleMeterRegistry(), Clock.systemUTC(), Map.of(Vertx.class, vertx));
        Sink sink = new EventBusSinkProvider().create(config, context);
        sink.open(SOURCE).block();
        return sink;
    }
}
