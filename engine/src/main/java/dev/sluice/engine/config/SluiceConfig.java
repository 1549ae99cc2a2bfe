package dev.sluice.engine.config;

import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.SinkProvider;
import dev.sluice.engine.source.SourceProvider;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration.
 *
 * @param state the directory where positions are kept for sinks that cannot keep their own
 * @param http where the daemon answers, or null for nowhere
 * @param pipelines by name
 */
public record SluiceConfig(
        @Default("./state") Path state,
        @Nullable Http http,
        @Names Map<String, PipelineConfig> pipelines) {
    public SluiceConfig {
        if (pipelines.isEmpty()) {
            throw new IllegalArgumentException("pipelines: there is none");
        }
    }

    /** @param port 0 for any that is free */
    public record Http(@Default("127.0.0.1") String host, int port) {
        public Http {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("port: a port is a number from 0 to 65535");
            }
        }
    }

    /**
     * Reads a tree; opens and touches nothing but the files that the configuration names as values.
     *
     * @param shared what sinks will be given by the surrounding program, since one may not be possible without it
     * @throws SyncException of kind CONFIGURATION with every problem there is
     */
    public static SluiceConfig read(
            ConfigNode root, ConfigBinder binder, Providers providers, Map<Class<?>, Object> shared) {
        return binder.with(SourceSection.class, section -> source(section, providers))
                .with(SinkSection.class, section -> sink(section, providers, shared))
                .bind(root, SluiceConfig.class);
    }

    private static @Nullable SourceSection<?> source(ConfigSection section, Providers providers) {
        String type = section.word("type", providers.sourceTypes());
        SourceProvider<?> provider = type == null ? null : providers.source(type);
        return provider == null ? null : SourceSection.read(section, provider);
    }

    private static @Nullable SinkSection<?> sink(
            ConfigSection section, Providers providers, Map<Class<?>, Object> shared) {
        String type = section.word("type", providers.sinkTypes());
        SinkProvider<?> provider = type == null ? null : providers.sink(type);
        return provider == null ? null : SinkSection.read(section, provider, shared);
    }
}
