package dev.sluice.daemon.cli;

import dev.sluice.engine.config.PipelineConfig;
import dev.sluice.engine.config.SluiceConfig;
import java.io.PrintWriter;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Prints a configuration with its defaults, and without anything that could be a password. */
final class EffectiveConfig {
    private static final Pattern USER_INFO = Pattern.compile("(://[^:/@\\s]*):[^@\\s]*@");
    private static final Pattern PARAMETER = Pattern.compile("(?i)([?&][^=&]*password=)[^&]*");

    private final PrintWriter out;

    EffectiveConfig(PrintWriter out) {
        this.out = out;
    }

    void print(SluiceConfig config) {
        line(0, "state", config.state());
        if (config.http() != null) {
            out.println("http:");
            components(2, config.http());
        }
        out.println("pipelines:");
        config.pipelines().forEach(this::pipeline);
    }

    private void pipeline(String name, PipelineConfig pipeline) {
        out.println("  " + name + ":");
        out.println("    source:");
        line(6, "type", pipeline.source().type());
        components(6, pipeline.source().config());
        out.println("    sinks:");
        pipeline.sinks().forEach((sinkName, sink) -> {
            out.println("      " + sinkName + ":");
            line(8, "type", sink.type());
            components(8, sink.routeConfig());
            components(8, sink.config());
        });
        out.println("    journal:");
        components(6, pipeline.journal());
        line(4, "batch", pipeline.batch());
        line(4, "drain", pipeline.drain());
    }

    private void components(int indent, Record values) {
        for (RecordComponent component : values.getClass().getRecordComponents()) {
            Object value = value(component, values);
            if (value instanceof Record nested && !isScalar(nested)) {
                out.println(" ".repeat(indent) + component.getName() + ":");
                components(indent + 2, nested);
            } else if (value != null) {
                line(indent, component.getName(), value);
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

    private void line(int indent, String key, Object value) {
        out.println(" ".repeat(indent) + key + ": " + text(value));
    }

    private static String text(Object value) {
        if (value instanceof Duration duration) {
            return duration(duration);
        }
        if (value instanceof Enum<?> constant) {
            return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
        if (value instanceof Collection<?> items) {
            return items.stream().map(EffectiveConfig::text).collect(Collectors.joining(", ", "[", "]"));
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> entry.getKey() + ": " + text(entry.getValue()))
                    .collect(Collectors.joining(", ", "{ ", " }"));
        }
        String plain = USER_INFO.matcher(value.toString()).replaceAll("$1:***@");
        return PARAMETER.matcher(plain).replaceAll("$1***");
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
