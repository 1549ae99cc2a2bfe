package dev.sluice.engine.config;

import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.ConfigNode.Entry;
import dev.sluice.engine.config.ConfigNode.Mapping;
import dev.sluice.engine.config.ConfigNode.Scalar;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of the tree while it is being bound, to one record or to several that share it. Confined to the thread that
 * binds.
 */
public final class ConfigSection {
    private final Mapping node;
    private final String path;
    private final Binding binding;
    private final Set<String> known = new LinkedHashSet<>();

    ConfigSection(Mapping node, String path, Binding binding) {
        this.node = node;
        this.path = path;
        this.binding = binding;
    }

    /** The keys that lead here: {@code pipelines}, the name of the pipeline, {@code source}. */
    public List<String> path() {
        return Arrays.asList(path.split("\\.", -1));
    }

    /**
     * One of several words, such as a {@code type}. A word that is missing or unknown is noted, with those there are, and
     * keys are no longer checked, since they depend on it.
     *
     * @return null if it is missing or unknown
     */
    public @Nullable String word(String key, Collection<String> words) {
        known.add(key);
        String choice = "It is one of " + String.join(", ", words) + ".";
        Entry entry = node.entries().get(key);
        boolean absent = isAbsent(entry);
        if (absent && entry != null && entry.value() instanceof Scalar scalar && words.contains(scalar.written())) {
            return scalar.written(); // the word null, which YAML takes for no value
        }
        if (absent || entry == null) {
            binding.problems().add(node.place(), path + ": missing key \"" + key + "\"", choice);
            known.addAll(node.entries().keySet());
            return null;
        }
        String written = (String) binding.value(entry.value(), String.class, within(key), false);
        if (written == null || !words.contains(written)) {
            known.addAll(node.entries().keySet());
            if (written != null) {
                String what = within(key) + ": \"" + binding.problems().redact(written) + "\" is not known";
                binding.problems().add(entry.value().place(), what, Spelling.advice(written, words));
            }
            return null;
        }
        return written;
    }

    /** Binds some of the keys to a record. @return null if something was wrong, which has been noted */
    public <R extends Record> @Nullable R bind(Class<R> type) {
        RecordShape<R> shape = new RecordShape<>(type);
        int before = binding.problems().count();
        List<RecordShape.Key> keys = shape.keys();
        @Nullable Object[] values = new Object[keys.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = component(keys.get(i));
        }
        return binding.problems().count() > before ? null : attempt(type, () -> shape.create(values));
    }

    private static boolean isAbsent(@Nullable Entry entry) {
        return entry == null || (entry.value() instanceof Scalar scalar && scalar.text() == null);
    }

    private @Nullable Object component(RecordShape.Key key) {
        known.add(key.name());
        Entry entry = node.entries().get(key.name());
        if (entry != null && !isAbsent(entry)) {
            return binding.component(entry.value(), key, within(key.name()));
        }
        if (key.byDefault() != null) {
            return binding.component(ConfigDefaults.node(key.byDefault(), node.place()), key, within(key.name()));
        }
        if (!key.optional()) {
            String remedy = "Add " + key.name() + ", " + binding.expected(key.type()) + ".";
            binding.problems().add(node.place(), shown() + "missing key \"" + key.name() + "\"", remedy);
        }
        return null;
    }

    /**
     * Notes what a step refuses with IllegalArgumentException or SyncException.
     *
     * @param type whose keys a message may begin with, to be shown at that key
     * @return null if it was refused
     */
    public <T> @Nullable T attempt(Class<? extends Record> type, Supplier<T> step) {
        RecordShape<?> shape = new RecordShape<>(type);
        try {
            return step.get();
        } catch (SyncException e) {
            e.problems().forEach(problem -> refuse(shape, problem.what(), problem.remedy()));
        } catch (IllegalArgumentException e) {
            refuse(shape, String.valueOf(e.getMessage()), "Correct the value.");
        }
        return null;
    }

    /** A message that begins with a key belongs to that key's place. */
    private void refuse(RecordShape<?> shape, String message, String remedy) {
        ConfigProblems problems = binding.problems();
        for (RecordShape.Key key : shape.keys()) {
            Entry entry = node.entries().get(key.name());
            boolean about = message.startsWith(key.name() + ":") || message.startsWith(key.name() + ".");
            if (entry != null && about) {
                String dot = path.isEmpty() ? "" : path + ".";
                problems.add(entry.value().place(), problems.redact(dot + message), problems.redact(remedy));
                return;
            }
        }
        problems.add(node.place(), problems.redact(shown() + message), problems.redact(remedy));
    }

    /** Notes every key that nothing asked for. */
    void rejectUnknownKeys() {
        node.entries().forEach((key, entry) -> {
            if (!known.contains(key)) {
                String where = path.isEmpty() ? "" : " in " + path;
                String what = "unknown key \"" + key + "\"" + where;
                binding.problems().add(entry.keyPlace(), what, Spelling.advice(key, known));
            }
        });
    }

    private String within(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private String shown() {
        return path.isEmpty() ? "" : path + ": ";
    }
}
