package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.SinkProvider;
import dev.sluice.postgres.PostgresEndpoint;
import java.util.List;
import reactor.core.publisher.Mono;

/** Sinks of type {@code postgres}. Stateless; any thread. */
public final class PostgresSinkProvider implements SinkProvider<PostgresSinkConfig> {
    private static final int MOST_COPY_CONNECTIONS = 32;

    @Override
    public String type() {
        return "postgres";
    }

    @Override
    public Class<PostgresSinkConfig> configType() {
        return PostgresSinkConfig.class;
    }

    @Override
    public Sink create(PostgresSinkConfig config, SinkContext context) {
        return create(config, context, CopyThreshold.DEFAULT);
    }

    static Sink create(PostgresSinkConfig config, SinkContext context, CopyThreshold copyThreshold) {
        if (config.copyConnections() < 1 || config.copyConnections() > MOST_COPY_CONNECTIONS) {
            throw new SyncException(
                    ErrorKind.CONFIGURATION,
                    "copyConnections is " + config.copyConnections() + "; expected 1 to " + MOST_COPY_CONNECTIONS);
        }
        return new PostgresSink(connector(config, context), config, context, copyThreshold);
    }

    @Override
    public Mono<List<String>> teardown(
            PostgresSinkConfig config, SinkContext context, SourceIdentity source, boolean really) {
        return Mono.usingWhen(
                Mono.fromSupplier(() -> connector(config, context)),
                connector -> Mono.usingWhen(
                        connector.connect(),
                        session -> new Teardown(session, context.pipeline(), context.sink()).run(source, really),
                        TargetSession::close),
                TargetConnector::close);
    }

    private static TargetConnector connector(PostgresSinkConfig config, SinkContext context) {
        return new TargetConnector(
                PostgresEndpoint.parse(config.url(), config.password()),
                "sluice " + context.pipeline() + "/" + context.sink(),
                context);
    }
}
