package dev.sluice.engine.config;

import dev.sluice.engine.change.SyncException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Turns a tree into records by the names of their components, and finds everything that is wrong with it at once: keys
 * that nobody knows, values of the wrong type, missing keys, variables and files, and what a record's own constructor
 * refuses. A {@link Secret}, and whatever came from a variable or a file, appears in no message. Immutable; any thread.
 */
public final class ConfigBinder {
    private final Interpolation interpolation;
    private final Path base;
    private final Map<Class<?>, SectionReader<?>> readers;

    private ConfigBinder(Interpolation interpolation, Path base, Map<Class<?>, SectionReader<?>> readers) {
        this.interpolation = interpolation;
        this.base = base;
        this.readers = readers;
    }

    /**
     * @param environment variables by name
     * @param base the directory that relative paths in the configuration are relative to
     */
    public static ConfigBinder of(Map<String, String> environment, Path base) {
        Path directory = base.toAbsolutePath().normalize();
        return new ConfigBinder(new Interpolation(environment::get, directory), directory, Map.of());
    }

    /** The same, with sections of this type read by the reader. */
    public <T> ConfigBinder with(Class<T> type, SectionReader<? extends T> reader) {
        Map<Class<?>, SectionReader<?>> more = new HashMap<>(readers);
        more.put(type, reader);
        return new ConfigBinder(interpolation, base, Map.copyOf(more));
    }

    /** @throws SyncException of kind CONFIGURATION with every problem there is, in the order of the file */
    public <R extends Record> R bind(ConfigNode root, Class<R> type) {
        Binding binding = new Binding(interpolation, base, readers);
        Object value = binding.value(root, type, "", false);
        binding.problems().throwIfAny();
        return Objects.requireNonNull(type.cast(value), "a binding without problems has a value");
    }
}
