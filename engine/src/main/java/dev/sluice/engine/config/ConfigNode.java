package dev.sluice.engine.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Configuration as a tree, whatever syntax it was written in. Each part knows its place, so that an error found much
 * later can still be shown where it was made. Immutable.
 */
public sealed interface ConfigNode {
    Place place();

    /**
     * One value as text, since a file says {@code 5432} where an environment variable can only say {@code "5432"}.
     *
     * @param text null for a key without a value, which YAML also writes {@code null}
     * @param written as it stands in the file
     */
    record Scalar(Place place, @Nullable String text, String written) implements ConfigNode {
        public Scalar(Place place, @Nullable String text) {
            this(place, text, text == null ? "" : text);
        }

        /** The text is left out, because it may be a password. */
        @Override
        public String toString() {
            return "Scalar[" + place + "]";
        }
    }

    /** Keys with values, in the order written. */
    record Mapping(Place place, Map<String, Entry> entries) implements ConfigNode {
        public Mapping {
            entries = Collections.unmodifiableMap(new LinkedHashMap<>(entries));
        }
    }

    /** @param keyPlace where the key itself stands */
    record Entry(Place keyPlace, ConfigNode value) {}

    record Sequence(Place place, List<ConfigNode> items) implements ConfigNode {
        public Sequence {
            items = List.copyOf(items);
        }
    }

    /**
     * A tree from plain objects: maps with text keys, iterables, and anything else by its {@code toString()}.
     *
     * @param path what the object is called in error messages, such as {@code $}
     */
    static ConfigNode of(@Nullable Object value, String path) {
        Place place = Place.atPath(path);
        if (value instanceof Map<?, ?> map) {
            Map<String, Entry> entries = new LinkedHashMap<>();
            map.forEach((key, member) -> {
                String memberPath = path + "." + key;
                entries.put(String.valueOf(key), new Entry(Place.atPath(memberPath), of(member, memberPath)));
            });
            return new Mapping(place, entries);
        }
        if (value instanceof Iterable<?> iterable) {
            List<ConfigNode> items = new ArrayList<>();
            for (Object item : iterable) {
                items.add(of(item, path + "[" + items.size() + "]"));
            }
            return new Sequence(place, items);
        }
        return new Scalar(place, value == null ? null : value.toString());
    }
}
