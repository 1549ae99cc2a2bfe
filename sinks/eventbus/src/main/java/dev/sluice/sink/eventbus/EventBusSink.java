package dev.sluice.sink.eventbus;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.ShapeChange;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.ShapeListener;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.events.DebeziumJson;
import dev.sluice.events.EventBuffer;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.ReplyException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Sends one message a change, its body a {@link Buffer} of JSON. Events are encoded one by one as they are sent, first on
 * the caller's thread, then on the one on which replies come; never two at a time.
 */
final class EventBusSink implements ShapeListener {
    private final EventBusConfig config;
    private final SinkContext context;
    private final EventBus eventBus;
    private final Addresses addresses;
    private final DeliveryOptions options;
    private final EventBuffer buffer = new EventBuffer();
    private @Nullable DebeziumJson json;

    EventBusSink(EventBusConfig config, SinkContext context, EventBus eventBus) {
        this.config = config;
        this.context = context;
        this.eventBus = eventBus;
        this.addresses = new Addresses(config.address(), context.pipeline());
        this.options = new DeliveryOptions().setSendTimeout(config.timeout().toMillis());
    }

    @Override
    public Mono<Position> open(SourceIdentity source) {
        return Mono.fromSupplier(() -> {
            json = new DebeziumJson(context.pipeline(), source.database(), context.clock(), buffer);
            return Position.NONE;
        });
    }

    @Override
    public Mono<Position> write(ChangeBatch batch) {
        Mono<Void> sent = config.mode() == EventBusConfig.Mode.PUBLISH ? publish(batch) : request(batch);
        return sent.thenReturn(batch.last());
    }

    @Override
    public boolean wantsShapes() {
        return config.schemaEvents();
    }

    /** To where the changes of the table go. */
    @Override
    public Mono<Void> altered(ShapeChange change) {
        return Mono.defer(() -> {
            String address =
                    addresses.of(change.after().schema(), change.after().table());
            Buffer event = encode(encoder -> encoder.write(change));
            if (config.mode() == EventBusConfig.Mode.PUBLISH) {
                eventBus.publish(address, event, options);
                return Mono.empty();
            }
            return request(address, event, change.position());
        });
    }

    private Mono<Void> publish(ChangeBatch batch) {
        return Mono.fromRunnable(() -> {
            for (int i = 0; i < batch.size(); i++) {
                eventBus.publish(addresses.of(batch.relation(i)), encode(batch, i), options);
            }
        });
    }

    private Mono<Void> request(ChangeBatch batch) {
        return Flux.range(0, batch.size())
                .flatMapSequential(i -> request(batch, i), config.inflight(), 1)
                .then();
    }

    private Mono<Void> request(ChangeBatch batch, int change) {
        return request(addresses.of(batch.relation(change)), encode(batch, change), batch.position(change));
    }

    private Mono<Void> request(String address, Buffer event, Position position) {
        return Mono.fromCompletionStage(
                        () -> eventBus.request(address, event, options).toCompletionStage())
                .onErrorMap(error -> classified(error, address, position))
                .then();
    }

    private Buffer encode(ChangeBatch batch, int change) {
        return encode(encoder -> encoder.write(batch, change));
    }

    private Buffer encode(Consumer<DebeziumJson> event) {
        DebeziumJson encoder = json;
        if (encoder == null) {
            throw new IllegalStateException("write before open");
        }
        buffer.clear();
        event.accept(encoder);
        return Buffer.buffer(buffer.copy(0, buffer.size()));
    }

    private SyncException classified(Throwable error, String address, Position position) {
        String event = "the event at " + position + " sent to " + address;
        if (!(error instanceof ReplyException reply)) {
            return new SyncException(ErrorKind.SINK_UNAVAILABLE, event + " was not delivered: " + error, error);
        }
        return switch (reply.failureType()) {
            case NO_HANDLERS ->
                new SyncException(ErrorKind.SINK_UNAVAILABLE, "nobody listens for " + event + ".", error);
            case TIMEOUT ->
                new SyncException(
                        ErrorKind.SINK_UNAVAILABLE,
                        "nobody answered " + event + " within "
                                + config.timeout().toMillis() + " ms.",
                        error);
            case RECIPIENT_FAILURE ->
                new SyncException(
                        ErrorKind.ROW_REFUSED,
                        event + " was refused by its consumer with code " + reply.failureCode() + ": "
                                + reply.getMessage(),
                        error);
            default ->
                new SyncException(
                        ErrorKind.SINK_UNAVAILABLE, event + " was not delivered: " + reply.getMessage(), error);
        };
    }

    /** The Vert.x is not ours. */
    @Override
    public Mono<Void> close() {
        return Mono.empty();
    }
}
