package dev.sluice.engine.config;

import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.ConfigNode.Entry;
import dev.sluice.engine.config.ConfigNode.Mapping;
import dev.sluice.engine.config.ConfigNode.Scalar;
import dev.sluice.engine.config.ConfigNode.Sequence;
import dev.sluice.engine.route.TableSelection;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** One binding of one tree. A null result means that what was wrong has been noted, unless null was allowed. */
final class Binding {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,40}");
    private static final int MAX_SHOWN = 60;

    private final ConfigProblems problems = new ConfigProblems();
    private final Interpolation interpolation;
    private final Path base;
    private final Map<Class<?>, SectionReader<?>> readers;

    Binding(Interpolation interpolation, Path base, Map<Class<?>, SectionReader<?>> readers) {
        this.interpolation = interpolation;
        this.base = base;
        this.readers = readers;
    }

    ConfigProblems problems() {
        return problems;
    }

    /** The value of a record's component. */
    @Nullable Object component(ConfigNode node, RecordShape.Key key, String path) {
        Object value = value(node, key.type(), path, key.optional());
        if (key.named() && node instanceof Mapping mapping) {
            mapping.entries().forEach((name, entry) -> {
                if (!NAME.matcher(name).matches()) {
                    problems.add(
                            entry.keyPlace(),
                            path + ": \"" + name + "\" cannot be a name",
                            "Use 1 to 40 letters, digits, _ and -.");
                }
            });
        }
        return value;
    }

    @Nullable Object value(ConfigNode node, Type type, String path, boolean optional) {
        Class<?> raw = rawClass(type);
        if (List.class == raw || TableSelection.class == raw) {
            return list(node, raw == List.class ? argument(type, 0) : String.class, raw, path);
        }
        if (Map.class == raw) {
            return map(node, argument(type, 1), path);
        }
        if (raw.isRecord() || readers.containsKey(raw)) {
            Optional<ScalarType> scalar = ScalarType.of(raw, base);
            return scalar.isPresent() ? scalar(node, scalar.get(), raw, path, optional) : section(node, raw, path);
        }
        ScalarType scalar = ScalarType.of(raw, base)
                .orElseThrow(() -> new IllegalStateException(path + " has a type that cannot be configured: " + type));
        return scalar(node, scalar, raw, path, optional);
    }

    private @Nullable Object scalar(ConfigNode node, ScalarType type, Class<?> raw, String path, boolean optional) {
        if (!(node instanceof Scalar scalar) || scalar.text() == null) {
            problems.add(node.place(), path + ": expected " + type.noun() + ", found " + kind(node), type.remedy());
            return null;
        }
        Interpolation.Result result = interpolation.resolve(scalar.text(), node.place(), path, problems);
        String text = result.text();
        if (text == null || (text.isEmpty() && optional && result.replaced())) {
            return null;
        }
        if (raw == Secret.class) {
            problems.hide(text);
        }
        try {
            return type.read().apply(text);
        } catch (IllegalArgumentException | ArithmeticException e) {
            // The reason is not passed on: exceptions of the JDK's readers repeat the value.
            String found = result.replaced() ? "what " + result.written() + " holds" : "\"" + shorten(text) + "\"";
            problems.add(node.place(), path + ": expected " + type.noun() + ", found " + found, type.remedy());
            return null;
        }
    }

    private @Nullable Object list(ConfigNode node, Type item, Class<?> raw, String path) {
        if (!(node instanceof Sequence sequence)) {
            problems.add(node.place(), path + ": expected a list, found " + kind(node), "Write a list: [a, b].");
            return null;
        }
        int before = problems.count();
        List<@Nullable Object> values = new ArrayList<>();
        for (ConfigNode member : sequence.items()) {
            values.add(value(member, item, path + "[" + values.size() + "]", false));
        }
        if (problems.count() > before) {
            return null;
        }
        return raw == TableSelection.class ? tables(node, values, path) : Collections.unmodifiableList(values);
    }

    private @Nullable TableSelection tables(ConfigNode node, List<@Nullable Object> patterns, String path) {
        try {
            return TableSelection.of(patterns.stream().map(String::valueOf).toList());
        } catch (SyncException e) {
            // Its message begins with the key's usual name; the path says the same and more.
            String message = problems.redact(String.valueOf(e.getMessage())).replaceFirst("^tables: ", "");
            problems.add(node.place(), path + ": " + message, "Correct the patterns.");
            return null;
        }
    }

    private @Nullable Object map(ConfigNode node, Type member, String path) {
        if (!(node instanceof Mapping mapping)) {
            problems.add(
                    node.place(),
                    (path.isEmpty() ? "" : path + ": ") + "expected keys with values, found " + kind(node),
                    "Write key: value.");
            return null;
        }
        int before = problems.count();
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        mapping.entries()
                .forEach((key, entry) -> values.put(key, value(entry.value(), member, path + "." + key, false)));
        return problems.count() > before ? null : Collections.unmodifiableMap(values);
    }

    private @Nullable Object section(ConfigNode written, Class<?> raw, String path) {
        ConfigNode node = written instanceof Scalar scalar ? unfolded(scalar, raw) : written;
        if (!(node instanceof Mapping mapping)) {
            problems.add(
                    node.place(),
                    (path.isEmpty() ? "" : path + ": ") + "expected keys with values, found " + kind(node),
                    "Write key: value.");
            return null;
        }
        ConfigSection section = new ConfigSection(mapping, path, this);
        SectionReader<?> reader = readers.get(raw);
        Object value = reader != null ? reader.read(section) : section.bind(raw.asSubclass(Record.class));
        section.rejectUnknownKeys();
        return value;
    }

    /** The section that a single value stands for, if there is a key to which it may belong. */
    private static ConfigNode unfolded(Scalar value, Class<?> raw) {
        if (raw.isRecord() && value.text() != null) {
            for (RecordComponent component : raw.getRecordComponents()) {
                if (component.isAnnotationPresent(Alone.class)) {
                    return new Mapping(value.place(), Map.of(component.getName(), new Entry(value.place(), value)));
                }
            }
        }
        return value;
    }

    /** What a missing key should hold, for the remedy. */
    String expected(Type type) {
        Class<?> raw = rawClass(type);
        if (List.class == raw || TableSelection.class == raw) {
            return "a list";
        }
        return ScalarType.of(raw, base).map(ScalarType::noun).orElse("a section of keys with values");
    }

    private static Class<?> rawClass(Type type) {
        return (Class<?>) (type instanceof ParameterizedType generic ? generic.getRawType() : type);
    }

    private static Type argument(Type type, int index) {
        return ((ParameterizedType) type).getActualTypeArguments()[index];
    }

    private static String kind(ConfigNode node) {
        if (node instanceof Scalar scalar) {
            return scalar.text() == null ? "nothing" : "a single value";
        }
        return node instanceof Sequence ? "a list" : "keys with values";
    }

    private static String shorten(String text) {
        String line = text.replaceAll("\\p{Cntrl}", " ");
        return line.length() <= MAX_SHOWN ? line : line.substring(0, MAX_SHOWN) + "...";
    }
}
