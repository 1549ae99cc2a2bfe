package dev.sluice.engine.config;

import dev.sluice.engine.sink.SinkProvider;
import dev.sluice.engine.source.SourceProvider;
import java.util.Collections;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The sources and sinks that there are, by type. Immutable; any thread. */
public final class Providers {
    private final Map<String, SourceProvider<?>> sources;
    private final Map<String, SinkProvider<?>> sinks;

    private Providers(Map<String, SourceProvider<?>> sources, Map<String, SinkProvider<?>> sinks) {
        this.sources = sources;
        this.sinks = sinks;
    }

    /** Those that the class loader of this class can see. */
    public static Providers load() {
        return load(Providers.class.getClassLoader());
    }

    /** Those that a class loader can see. */
    @SuppressWarnings("rawtypes") // A class literal has no type argument.
    public static Providers load(ClassLoader loader) {
        Iterable<SourceProvider> sources = ServiceLoader.load(SourceProvider.class, loader);
        Iterable<SinkProvider> sinks = ServiceLoader.load(SinkProvider.class, loader);
        return of(wildcards(sources), wildcards(sinks));
    }

    /** These and no others. */
    public static Providers of(Iterable<SourceProvider<?>> sources, Iterable<SinkProvider<?>> sinks) {
        return new Providers(byType(sources, SourceProvider::type), byType(sinks, SinkProvider::type));
    }

    public Set<String> sourceTypes() {
        return sources.keySet();
    }

    public Set<String> sinkTypes() {
        return sinks.keySet();
    }

    /** @return null for a type that is not there */
    public @Nullable SourceProvider<?> source(String type) {
        return sources.get(type);
    }

    /** @return null for a type that is not there */
    public @Nullable SinkProvider<?> sink(String type) {
        return sinks.get(type);
    }

    private static <P> Map<String, P> byType(Iterable<P> providers, Function<P, String> type) {
        Map<String, P> byType = new TreeMap<>();
        for (P provider : providers) {
            P other = byType.putIfAbsent(type.apply(provider), provider);
            if (other != null) {
                throw new IllegalStateException("two providers of type " + type.apply(provider) + ": "
                        + other.getClass().getName() + " and "
                        + provider.getClass().getName());
            }
        }
        return Collections.unmodifiableMap(byType);
    }

    @SuppressWarnings("unchecked") // Every instance of a raw P is one of P<?>.
    private static <P> Iterable<P> wildcards(Iterable<?> providers) {
        return (Iterable<P>) providers;
    }
}
