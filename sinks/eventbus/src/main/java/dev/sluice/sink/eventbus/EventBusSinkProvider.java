package dev.sluice.sink.eventbus;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.SinkProvider;
import io.vertx.core.Vertx;

/** {@code type: eventbus}. */
public final class EventBusSinkProvider implements SinkProvider<EventBusConfig> {
    @Override
    public String type() {
        return "eventbus";
    }

    @Override
    public Class<EventBusConfig> configType() {
        return EventBusConfig.class;
    }

    @Override
    public Sink create(EventBusConfig config, SinkContext context) {
        Vertx vertx = context.shared(Vertx.class)
                .orElseThrow(() -> new SyncException(
                        ErrorKind.CONFIGURATION,
                        "sink " + context.sink() + " of pipeline " + context.pipeline()
                                + " sends to the event bus of a Vert.x, and this program gave it none: deploy the"
                                + " pipeline as a SluiceVerticle or give the pipeline its Vertx"));
        return new EventBusSink(config, context, vertx.eventBus());
    }
}
