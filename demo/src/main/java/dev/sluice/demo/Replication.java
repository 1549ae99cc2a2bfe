package dev.sluice.demo;

import dev.sluice.daemon.Daemon;
import dev.sluice.daemon.verify.DatabaseComparison;
import dev.sluice.daemon.verify.Patience;
import dev.sluice.daemon.verify.TableReport;
import dev.sluice.daemon.verify.VerifyReport;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.config.ConfigBinder;
import dev.sluice.engine.config.ConfigNode;
import dev.sluice.engine.config.Providers;
import dev.sluice.engine.config.SluiceConfig;
import dev.sluice.engine.flow.Pipeline;
import dev.sluice.engine.route.TableSelection;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.PostgresEndpoint;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Sluice as the demo uses it: one pipeline from shop to shop, configured as anybody would. For one thread. */
final class Replication implements AutoCloseable {
    private static final String PIPELINE = "shop";
    private static final String SINK = "replica";
    private static final String APPLICATION = "sluice demo";
    private static final List<String> TABLES = List.of("public.*");

    private final Connections source;
    private final Connections target;
    private final Daemon daemon;

    /**
     * Listens for HTTP; the pipeline is not started yet.
     *
     * @param state a directory to keep state in
     */
    Replication(String sourceUrl, String targetUrl, Path state) {
        source = new Connections(PostgresEndpoint.parse(sourceUrl, null), APPLICATION);
        target = new Connections(PostgresEndpoint.parse(targetUrl, null), APPLICATION);
        daemon = Daemon.open(configuration(sourceUrl, targetUrl, state));
    }

    /** What one would write into {@code sluice.yaml}. */
    private static SluiceConfig configuration(String sourceUrl, String targetUrl, Path state) {
        Map<String, Object> pipeline = Map.of(
                "source",
                Map.of("type", "postgres", "url", sourceUrl, "tables", TABLES),
                "sinks",
                Map.of(SINK, Map.of("type", "postgres", "url", targetUrl)));
        Map<String, Object> tree = Map.of(
                "state", state.toString(),
                "http", Map.of("host", "127.0.0.1", "port", 0),
                "pipelines", Map.of(PIPELINE, pipeline));
        return SluiceConfig.read(
                ConfigNode.of(tree, "$"), ConfigBinder.of(Map.of(), state), Providers.load(), Map.of());
    }

    String metricsAddress() {
        return "http://127.0.0.1:" + daemon.httpPort() + "/metrics";
    }

    Pipeline pipeline() {
        return daemon.pipelines().get(0);
    }

    /** Compares both databases row by row. To be called when nobody writes any more and the target has caught up. */
    VerifyReport compare(Consumer<TableReport> done) throws SQLException {
        List<Relation> tables;
        try (Connection connection = source.open()) {
            tables = new TableCatalogue(connection)
                    .tables(TableSelection.of(TABLES)).stream()
                            .map(Table::relation)
                            .toList();
        }
        return new DatabaseComparison(source, target, null, Patience.defaults()).compare(tables, done);
    }

    @Override
    public void close() {
        daemon.close();
    }
}
