package dev.sluice.daemon.cli;

import dev.sluice.engine.config.PipelineConfig;
import dev.sluice.engine.config.SinkSection;
import dev.sluice.engine.config.SluiceConfig;
import dev.sluice.engine.route.Route;
import dev.sluice.postgres.PostgresEndpoint;
import dev.sluice.sink.postgres.PostgresSinkConfig;
import dev.sluice.source.postgres.PostgresSourceConfig;
import dev.sluice.source.postgres.SourceSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A sink of a pipeline where both ends are PostgreSQL. */
record PostgresPair(String pipeline, String sink, SourceSettings source, PostgresEndpoint target, Route route) {
    static Optional<PostgresPair> of(String pipeline, PipelineConfig config, String sink, SinkSection<?> section) {
        if (!(config.source().config() instanceof PostgresSourceConfig source)
                || !(section.config() instanceof PostgresSinkConfig target)) {
            return Optional.empty();
        }
        return Optional.of(new PostgresPair(
                pipeline,
                sink,
                SourceSettings.of(source, pipeline),
                PostgresEndpoint.parse(target.url(), target.password()),
                section.route()));
    }

    static List<PostgresPair> all(SluiceConfig config) {
        List<PostgresPair> pairs = new ArrayList<>();
        config.pipelines().forEach((pipeline, each) -> each.sinks()
                .forEach((sink, section) -> of(pipeline, each, sink, section).ifPresent(pairs::add)));
        return pairs;
    }

    String displayName() {
        return pipeline + " -> " + sink;
    }
}
