package dev.sluice.engine.vertx;

import dev.sluice.engine.config.ConfigBinder;
import dev.sluice.engine.config.ConfigNode;
import dev.sluice.engine.config.PipelineGroup;
import dev.sluice.engine.config.Providers;
import dev.sluice.engine.config.SluiceConfig;
import dev.sluice.engine.flow.PipelineStatus;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs pipelines inside somebody's Vert.x. Takes the configuration of the daemon as a {@code JsonObject}, from the
 * constructor or from the deployment's options; {@code http} is left to the surrounding program. Deploying completes when
 * all pipelines have started and fails with every problem there is; undeploying drains and stops them. Sinks get the
 * {@link Vertx} as a shared object. Deploy one instance.
 */
public final class SluiceVerticle extends VerticleBase {
    private final @Nullable JsonObject given;
    private final MeterRegistry meters;
    private volatile @Nullable PipelineGroup group;

    /** With the configuration of the deployment's options, and meters for nobody. */
    public SluiceVerticle() {
        this(null, new SimpleMeterRegistry());
    }

    public SluiceVerticle(JsonObject config) {
        this(config, new SimpleMeterRegistry());
    }

    /** @param config null to take that of the deployment's options */
    public SluiceVerticle(@Nullable JsonObject config, MeterRegistry meters) {
        this.given = config;
        this.meters = meters;
    }

    @Override
    public Future<?> start() {
        JsonObject config = given == null ? context.config() : given;
        return vertx.executeBlocking(() -> open(config == null ? new JsonObject() : config), false)
                .compose(opened -> {
                    group = opened;
                    return Futures.future(opened.start(), context);
                });
    }

    /** Relative paths in the configuration are relative to the working directory. */
    private PipelineGroup open(JsonObject config) {
        ConfigNode tree = ConfigNode.of(plain(config), "$");
        ConfigBinder binder = ConfigBinder.of(System.getenv(), Path.of(""));
        Map<Class<?>, Object> shared = Map.of(Vertx.class, vertx);
        SluiceConfig bound = SluiceConfig.read(tree, binder, Providers.load(), shared);
        return PipelineGroup.open(bound, meters, Clock.systemUTC(), shared);
    }

    @Override
    public Future<?> stop() {
        PipelineGroup running = group;
        return running == null ? Future.succeededFuture() : Futures.future(running.stop(), context);
    }

    /** What the pipelines look like now; empty before they have been made. Any thread. */
    public List<PipelineStatus> status() {
        PipelineGroup running = group;
        return running == null
                ? List.of()
                : running.pipelines().stream()
                        .map(pipeline -> pipeline.status())
                        .toList();
    }

    /** Vert.x's containers as plain ones. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof JsonObject object) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            object.forEach(entry -> map.put(entry.getKey(), plain(entry.getValue())));
            return map;
        }
        return value instanceof JsonArray array
                ? array.stream().map(SluiceVerticle::plain).toList()
                : value;
    }
}
