package dev.sluice.source.postgres;

import dev.sluice.engine.config.DataSize;
import dev.sluice.engine.source.CopyMode;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceContext;
import dev.sluice.source.postgres.PostgresSourceConfig.Capture;
import dev.sluice.source.postgres.PostgresSourceConfig.CopyConfig;
import dev.sluice.source.postgres.PostgresSourceConfig.WithoutKey;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sources for tests: small batches, frequent status messages. */
public final class Sources {
    private Sources() {}

    public static PostgresSourceConfig config(String url, String... tables) {
        return new PostgresSourceConfig(
                url,
                null,
                List.of(tables),
                null,
                Capture.SLOT,
                null,
                null,
                null,
                false,
                WithoutKey.REFUSE,
                new DataSize(64 << 10),
                Duration.ofMillis(200),
                new CopyConfig(CopyMode.INITIAL, 2, new DataSize(64 << 20)));
    }

    static PostgresSourceConfig withoutKey(PostgresSourceConfig config, WithoutKey answer) {
        return with(config, config.slot(), config.publication(), config.failover(), answer, config.copy());
    }

    static PostgresSourceConfig withoutCopy(PostgresSourceConfig config) {
        return with(config, new CopyConfig(CopyMode.NEVER, 2, new DataSize(64 << 20)));
    }

    static PostgresSourceConfig inSmallChunks(PostgresSourceConfig config) {
        return with(config, new CopyConfig(CopyMode.INITIAL, 3, new DataSize(64 << 10)));
    }

    private static PostgresSourceConfig with(PostgresSourceConfig config, CopyConfig copy) {
        return with(config, config.slot(), config.publication(), config.failover(), config.withoutKey(), copy);
    }

    static PostgresSourceConfig named(PostgresSourceConfig config, String slot, String publication, boolean failover) {
        return with(config, slot, publication, failover, config.withoutKey(), config.copy());
    }

    private static PostgresSourceConfig with(
            PostgresSourceConfig config,
            @Nullable String slot,
            @Nullable String publication,
            boolean failover,
            WithoutKey withoutKey,
            @Nullable CopyConfig copy) {
        return new PostgresSourceConfig(
                config.url(),
                config.password(),
                config.tables(),
                config.rows(),
                config.capture(),
                config.changelog(),
                slot,
                publication,
                failover,
                withoutKey,
                config.batch(),
                config.statusInterval(),
                copy);
    }

    static PostgresSourceConfig withChangelog(PostgresSourceConfig config) {
        return new PostgresSourceConfig(
                config.url(),
                config.password(),
                config.tables(),
                config.rows(),
                Capture.CHANGELOG,
                config.changelog(),
                config.slot(),
                config.publication(),
                config.failover(),
                config.withoutKey(),
                config.batch(),
                config.statusInterval(),
                config.copy());
    }

    static Source open(PostgresSourceConfig config, String pipeline) {
        return open(config, pipeline, new SimpleMeterRegistry());
    }

    static Source open(PostgresSourceConfig config, String pipeline, SimpleMeterRegistry meters) {
        return new PostgresSourceProvider().create(config, new SourceContext(pipeline, meters, Clock.systemUTC()));
    }
}
