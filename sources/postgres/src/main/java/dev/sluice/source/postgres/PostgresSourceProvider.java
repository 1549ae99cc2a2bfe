package dev.sluice.source.postgres;

import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceContext;
import dev.sluice.engine.source.SourceProvider;

/** {@code type: postgres}. */
public final class PostgresSourceProvider implements SourceProvider<PostgresSourceConfig> {
    @Override
    public String type() {
        return "postgres";
    }

    @Override
    public Class<PostgresSourceConfig> configType() {
        return PostgresSourceConfig.class;
    }

    @Override
    public Source create(PostgresSourceConfig config, SourceContext context) {
        return new PostgresSource(SourceSettings.of(config, context.pipeline()), context);
    }
}
