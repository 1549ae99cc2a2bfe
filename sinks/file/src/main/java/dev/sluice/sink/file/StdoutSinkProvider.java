package dev.sluice.sink.file;

import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.SinkProvider;

/** {@code type: stdout}. */
public final class StdoutSinkProvider implements SinkProvider<StdoutConfig> {
    @Override
    public String type() {
        return "stdout";
    }

    @Override
    public Class<StdoutConfig> configType() {
        return StdoutConfig.class;
    }

    @Override
    public Sink create(StdoutConfig config, SinkContext context) {
        return new JsonLinesSink(new StandardOutput(System.out), context, config.schemaEvents());
    }
}
