package dev.sluice.engine.config;

import dev.sluice.engine.config.ConfigNode.Mapping;
import dev.sluice.engine.config.ConfigNode.Scalar;
import dev.sluice.engine.config.ConfigNode.Sequence;
import java.util.Arrays;
import java.util.Map;

/** The text of a {@link Default} as a tree: a value, <code>{}</code> for an empty map, or a list {@code [a, b]}. */
final class ConfigDefaults {
    private ConfigDefaults() {}

    static ConfigNode node(String written, Place place) {
        if (written.equals("{}")) {
            return new Mapping(place, Map.of());
        }
        if (written.startsWith("[") && written.endsWith("]")) {
            String items = written.substring(1, written.length() - 1);
            return new Sequence(
                    place,
                    Arrays.stream(items.split(","))
                            .map(String::trim)
                            .filter(item -> !item.isEmpty())
                            .<ConfigNode>map(item -> new Scalar(place, item))
                            .toList());
        }
        return new Scalar(place, written);
    }
}
