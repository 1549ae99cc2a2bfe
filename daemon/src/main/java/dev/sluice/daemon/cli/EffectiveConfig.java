package dev.sluice.daemon.cli;

import dev.sluice.daemon.yaml.UrlPassword;
import dev.sluice.engine.config.ConfigNode;
import dev.sluice.engine.config.ConfigNode.Entry;
import dev.sluice.engine.config.ConfigNode.Mapping;
import dev.sluice.engine.config.ConfigNode.Scalar;
import dev.sluice.engine.config.ConfigNode.Sequence;
import dev.sluice.engine.config.PipelineConfig;
import dev.sluice.engine.config.Secret;
import dev.sluice.engine.config.SluiceConfig;
import java.io.PrintWriter;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Prints a configuration as YAML with its defaults, and without anything that could be a password. What came from a
 * variable or a file is printed as it was written.
 */
final class EffectiveConfig {
    private static final Pattern DEFAULT = Pattern.compile("(?s)(\\$\\{[^}]*?):-[^}]*}");
    private static final Pattern REFERENCE = Pattern.compile("\\$\\{[^}]*}");
    /** What YAML reads as that very text wherever it stands. */
    private static final Pattern PLAIN =
            Pattern.compile("[\\w./](([\\w./:@%+?=&~$-]|[*]{3})*([\\w./@%+?=&~$-]|[*]{3}))?");

    private final PrintWriter out;
    private final ConfigNode tree;

    /** @param tree the configuration before variables and files were looked up */
    EffectiveConfig(PrintWriter out, ConfigNode tree) {
        this.out = out;
        this.tree = tree;
    }

    void print(SluiceConfig config) {
        line(0, "state", config.state(), child(tree, "state"));
        if (config.http() != null) {
            out.println("http:");
            components(2, config.http(), child(tree, "http"));
        }
        out.println("pipelines:");
        ConfigNode pipelines = child(tree, "pipelines");
        config.pipelines().forEach((name, pipeline) -> pipeline(name, pipeline, child(pipelines, name)));
    }

    private void pipeline(String name, PipelineConfig pipeline, @Nullable ConfigNode written) {
        ConfigNode source = child(written, "source");
        ConfigNode sinks = child(written, "sinks");
        out.println("  " + name + ":");
        out.println("    source:");
        out.println("      type: " + pipeline.source().type());
        components(6, pipeline.source().config(), source);
        out.println("    sinks:");
        pipeline.sinks().forEach((sinkName, sink) -> {
            out.println("      " + sinkName + ":");
            out.println("        type: " + sink.type());
            components(8, sink.routeConfig(), child(sinks, sinkName));
            components(8, sink.config(), child(sinks, sinkName));
        });
        out.println("    journal:");
        components(6, pipeline.journal(), child(written, "journal"));
        line(4, "batch", pipeline.batch(), child(written, "batch"));
        line(4, "schema", pipeline.schema(), child(written, "schema"));
        line(4, "copyTurn", pipeline.copyTurn(), child(written, "copyTurn"));
        line(4, "drain", pipeline.drain(), child(written, "drain"));
    }

    private void components(int indent, Record values, @Nullable ConfigNode written) {
        for (RecordComponent component : values.getClass().getRecordComponents()) {
            Object value = value(component, values);
            ConfigNode node = child(written, component.getName());
            if (value instanceof Record nested && !isScalar(nested)) {
                out.println(" ".repeat(indent) + component.getName() + ":");
                components(indent + 2, nested, node);
            } else if (value != null) {
                line(indent, component.getName(), value, node);
            }
        }
    }

    private static boolean isScalar(Record value) {
        return value.getClass().getPackageName().equals("dev.sluice.engine.config")
                && value.getClass().getRecordComponents().length == 1
                && !value.getClass().isMemberClass();
    }

    private static @Nullable Object value(RecordComponent component, Record values) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("cannot read " + component, e);
        }
    }

    private static @Nullable ConfigNode child(@Nullable ConfigNode node, String key) {
        Entry entry = node instanceof Mapping mapping ? mapping.entries().get(key) : null;
        return entry == null ? null : entry.value();
    }

    private static @Nullable ConfigNode item(@Nullable ConfigNode node, int index) {
        return node instanceof Sequence sequence && index < sequence.items().size()
                ? sequence.items().get(index)
                : null;
    }

    private void line(int indent, String key, Object value, @Nullable ConfigNode written) {
        out.println(" ".repeat(indent) + key + ": " + text(value, written));
    }

    private static String text(@Nullable Object value, @Nullable ConfigNode written) {
        if (value instanceof List<?> items) {
            List<String> texts = new ArrayList<>();
            for (Object member : items) {
                texts.add(text(member, item(written, texts.size())));
            }
            return "[" + String.join(", ", texts) + "]";
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> quoted(String.valueOf(entry.getKey())) + ": "
                            + text(entry.getValue(), child(written, String.valueOf(entry.getKey()))))
                    .collect(Collectors.joining(", ", "{ ", " }"));
        }
        String reference = reference(written);
        if (value instanceof Secret secret) {
            return quoted(reference != null && REFERENCE.matcher(reference).matches() ? reference : secret.toString());
        }
        return quoted(UrlPassword.hide(reference != null ? reference : plain(value)));
    }

    /** How the value was written, without defaults, if any of it came from elsewhere. */
    private static @Nullable String reference(@Nullable ConfigNode written) {
        String text = written instanceof Scalar scalar ? scalar.text() : null;
        return text == null || !text.contains("${")
                ? null
                : DEFAULT.matcher(text).replaceAll("$1}");
    }

    private static String plain(@Nullable Object value) {
        if (value instanceof Duration duration) {
            return duration(duration);
        }
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
        return String.valueOf(value);
    }

    private static String quoted(String text) {
        if (PLAIN.matcher(text).matches()) {
            return text;
        }
        StringBuilder quoted = new StringBuilder("\"");
        text.chars().forEach(c -> {
            if (c == '"' || c == '\\') {
                quoted.append('\\').append((char) c);
            } else if (c < ' ' || c == 0x7f) {
                quoted.append(String.format(Locale.ROOT, "\\x%02x", c));
            } else {
                quoted.append((char) c);
            }
        });
        return quoted.append('"').toString();
    }

    private static String duration(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1000;
        return seconds % 60 != 0 || seconds == 0 ? seconds + "s" : seconds / 60 + "m";
    }
}
