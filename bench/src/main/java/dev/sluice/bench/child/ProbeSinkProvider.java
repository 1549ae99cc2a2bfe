package dev.sluice.bench.child;

import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.SinkProvider;
import dev.sluice.sink.nothing.NullConfig;
import dev.sluice.sink.nothing.NullSinkProvider;

/** {@code type: probe}: the null sink with JSON, and a stopwatch behind it. Somebody else's sink is made the same way. */
public final class ProbeSinkProvider implements SinkProvider<ProbeConfig> {
    @Override
    public String type() {
        return "probe";
    }

    @Override
    public Class<ProbeConfig> configType() {
        return ProbeConfig.class;
    }

    @Override
    public Sink create(ProbeConfig config, SinkContext context) {
        Sink target = new NullSinkProvider().create(new NullConfig(NullConfig.Encode.JSON), context);
        Stopwatch stopwatch = context.shared(Stopwatch.class).orElseGet(() -> new Stopwatch(0));
        return new ProbeSink(target, config.column(), stopwatch);
    }
}
