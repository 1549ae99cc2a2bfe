package dev.sluice.engine.config;

import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.route.Route;
import dev.sluice.engine.route.RouteConfig;
import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.SinkContext;
import dev.sluice.engine.sink.SinkProvider;
import java.util.List;
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

    static <C extends Record> @Nullable SinkSection<C> read(ConfigSection section, SinkProvider<C> provider) {
        RouteConfig route = section.bind(RouteConfig.class);
        C config = section.bind(provider.configType());
        if (route == null || section.attempt(RouteConfig.class, () -> Route.of(route)) == null || config == null) {
            return null;
        }
        return new SinkSection<>(provider, route, config);
    }
}
