package dev.sluice.bench.report;

import java.util.Map;
import java.util.stream.Collectors;

/** Text of any origin, made to stand in Markdown as it is, also within a table's cell. */
final class MarkdownText {
    private MarkdownText() {}

    /** In one line, with everything escaped that Markdown or HTML would take for markup. */
    static String of(String text) {
        return text.replaceAll("\\s+", " ")
                .strip()
                .replaceAll("[\\\\`*_\\[\\]<>|#~]", "\\\\$0")
                .replace("&", "&amp;");
    }

    /** Names and values, one after another. */
    static String settings(Map<String, ?> settings) {
        return settings.entrySet().stream()
                .map(setting -> of(setting.getKey()) + ": " + of(String.valueOf(setting.getValue())))
                .collect(Collectors.joining("; "));
    }
}
