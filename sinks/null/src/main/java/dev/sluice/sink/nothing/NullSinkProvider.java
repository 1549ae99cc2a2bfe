package dev.sluice.sink.nothing;

import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.SinkProvider;

/** {@code type: null}. */
public final class NullSinkProvider implements SinkProvider<NullConfig> {
    @Override
    public String type() {
        return "null";
    }

    @Override
    public Class<NullConfig> configType() {
        return NullConfig.class;
    }

    @Override
    public Sink create(NullConfig config, SinkContext context) {
        return new NullSink(config, context);
    }
}
