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
        SourceSettings settings = SourceSettings.of(config, context.pipeline());
        return switch (settings.capture()) {
            case SLOT -> new PostgresSource(settings, context);
            case CHANGELOG -> new ChangelogSource(settings, context);
            case AUTO -> new AutoSource(settings, context);
        };
    }
}
