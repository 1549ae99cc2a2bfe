package dev.sluice.demo;

import dev.sluice.daemon.Daemon;
import dev.sluice.daemon.verify.Patience;
import dev.sluice.daemon.verify.SinkVerification;
import dev.sluice.daemon.verify.TableReport;
import dev.sluice.daemon.verify.VerifyReport;
import dev.sluice.engine.config.ConfigBinder;
import dev.sluice.engine.config.ConfigNode;
import dev.sluice.engine.config.Providers;
import dev.sluice.engine.config.SluiceConfig;
import dev.sluice.engine.flow.Pipeline;
import dev.sluice.engine.route.Route;
import dev.sluice.postgres.PostgresEndpoint;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Sluice as the demo uses it: one pipeline from shop to shop, configured as anybody would. For one thread. */
final class Replication implements AutoCloseable {
    private static final String PIPELINE = "shop";
    private static final String SINK = "replica";
    private static final String SLOT_AND_PUBLICATION = "sluice_shop";

    private final PostgresEndpoint source;
    private final PostgresEndpoint target;
    private final Daemon daemon;

    /**
     * Listens for HTTP; the pipeline is not started yet.
     *
     * @param state a directory to keep state in
     */
    Replication(String sourceUrl, String targetUrl, Path state) {
        source = PostgresEndpoint.parse(sourceUrl, null);
        target = PostgresEndpoint.parse(targetUrl, null);
        daemon = Daemon.open(configuration(sourceUrl, targetUrl, state));
    }

    /** What one would write into {@code sluice.yaml}. */
    private static SluiceConfig configuration(String sourceUrl, String targetUrl, Path state) {
        Map<String, Object> pipeline = Map.of(
                "source",
                Map.of(
                        "type", "postgres",
                        "url", sourceUrl,
                        "tables", List.of("public.*"),
                        "slot", SLOT_AND_PUBLICATION,
                        "publication", SLOT_AND_PUBLICATION),
                "sinks",
                Map.of(SINK, Map.of("type", "postgres", "url", targetUrl)));
        Map<String, Object> tree = Map.of(
                "state", state.toString(),
                "http", Map.of("host", "127.0.0.1", "port", 0),
                "pipelines", Map.of(PIPELINE, pipeline));
        return SluiceConfig.read(ConfigNode.of(tree, "$"), ConfigBinder.of(Map.of(), state), Providers.load());
    }

    String metricsAddress() {
        return "http://127.0.0.1:" + daemon.httpPort() + "/metrics";
    }

    Pipeline pipeline() {
        return daemon.pipelines().get(0);
    }

    /** Compares both databases row by row. */
    VerifyReport compare(Consumer<TableReport> done) {
        SinkVerification.Stream stream =
                new SinkVerification.Stream(PIPELINE, SINK, source, SLOT_AND_PUBLICATION, SLOT_AND_PUBLICATION);
        return new SinkVerification(stream, target, Route.everything(), Patience.defaults()).run(done);
    }

    @Override
    public void close() {
        daemon.close();
    }
}
