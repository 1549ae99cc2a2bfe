package dev.sluice.engine.config;

import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.route.Route;
import dev.sluice.engine.route.RouteConfig;
import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.SinkProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** What stands under {@code sinks: <name>:}. */
public record SinkSection<C extends Record>(SinkProvider<C> provider, RouteConfig routeConfig, C config) {
    public String type() {
        return provider.type();
    }

    /** Which changes it gets, and in what shape. */
    public Route route() {
        return Route.of(routeConfig);
    }

    /** Opens nothing yet. */
    public Sink create(SinkContext context) {
        return provider.create(config, context);
    }

    /** See {@link SinkProvider#teardown}. */
    public Mono<List<String>> teardown(SinkContext context, SourceIdentity source, boolean really) {
        return provider.teardown(config, context, source, really);
    }

    /** A sink is made for trial, since only its provider knows which values go together; it opens nothing. */
    static <C extends Record> @Nullable SinkSection<C> read(
            ConfigSection section, SinkProvider<C> provider, Map<Class<?>, Object> shared) {
        RouteConfig route = section.bind(RouteConfig.class);
        C config = section.bind(provider.configType());
        boolean routed = route != null && section.attempt(RouteConfig.class, () -> Route.of(route)) != null;
        if (route == null || config == null) {
            return null;
        }
        List<String> path = section.path();
        SinkContext trial =
                new SinkContext(path.get(1), path.get(3), new SimpleMeterRegistry(), Clock.systemUTC(), shared);
        Sink made = section.attempt(provider.configType(), () -> provider.create(config, trial));
        if (made == null || !routed) {
            return null;
        }
        made.close().block(); // has nothing to wait for
        return new SinkSection<>(provider, route, config);
    }
}
