package dev.sluice.engine.source;

/**
 * Makes sources of one type; found with {@link java.util.ServiceLoader}.
 *
 * @param <C> its configuration, a record whose components are the keys under {@code source:}
 */
public interface SourceProvider<C extends Record> {
    /** The word after {@code type:}. */
    String type();

    Class<C> configType();

    /** Opens nothing yet. Fails with CONFIGURATION when values do not go together. */
    Source create(C config, SourceContext context);
}
