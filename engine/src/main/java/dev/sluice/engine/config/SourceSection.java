package dev.sluice.engine.config;

import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceContext;
import dev.sluice.engine.source.SourceProvider;
import org.jspecify.annotations.Nullable;

/** What stands under {@code source:}. */
public record SourceSection<C extends Record>(SourceProvider<C> provider, C config) {
    public String type() {
        return provider.type();
    }

    /** Opens nothing yet. */
    public Source create(SourceContext context) {
        return provider.create(config, context);
    }

    static <C extends Record> @Nullable SourceSection<C> read(ConfigSection section, SourceProvider<C> provider) {
        C config = section.bind(provider.configType());
        return config == null ? null : new SourceSection<>(provider, config);
    }
}
