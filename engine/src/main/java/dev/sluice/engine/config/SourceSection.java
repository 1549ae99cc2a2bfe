package dev.sluice.engine.config;

import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceContext;
import dev.sluice.engine.source.SourceProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
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

    /** A source is made for trial, since only its provider knows which values go together; it opens nothing. */
    static <C extends Record> @Nullable SourceSection<C> read(ConfigSection section, SourceProvider<C> provider) {
        C config = section.bind(provider.configType());
        if (config == null) {
            return null;
        }
        SourceContext trial = new SourceContext(section.path().get(1), new SimpleMeterRegistry(), Clock.systemUTC());
        Source made = section.attempt(provider.configType(), () -> provider.create(config, trial));
        if (made == null) {
            return null;
        }
        made.close().block(); // has nothing to wait for
        return new SourceSection<>(provider, config);
    }
}
