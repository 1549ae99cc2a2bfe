package dev.sluice.bench.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What people have written about scenarios, such as why a figure is not reached and what was tried. A run cannot know that, so
 * it stands in a Markdown file of its own, which no run writes: a section {@code ## scenario} for each of them.
 */
public final class Notes {
    public static final Notes NONE = new Notes(Map.of());

    private static final String HEADING = "## ";
    private static final String FENCE = "```";

    private final Map<String, String> sections;

    private Notes(Map<String, String> sections) {
        this.sections = sections;
    }

    /** Reads such a file. What comes before its first section is about the file, and left out. */
    public static Notes parse(String markdown) {
        Map<String, List<String>> sections = new LinkedHashMap<>();
        List<String> section = new ArrayList<>();
        boolean code = false;
        for (String line : markdown.lines().toList()) {
            if (line.startsWith(FENCE)) {
                code = !code;
            }
            if (!code && line.startsWith(HEADING)) {
                section = sections.computeIfAbsent(
                        line.substring(HEADING.length()).strip(), name -> new ArrayList<>());
            } else {
                section.add(line);
            }
        }
        Map<String, String> texts = new LinkedHashMap<>();
        sections.forEach(
                (name, lines) -> texts.put(name, String.join("\n", lines).strip()));
        return new Notes(Collections.unmodifiableMap(texts));
    }

    /** What was written about a scenario, as it was written. */
    public Optional<String> about(String scenario) {
        return Optional.ofNullable(sections.get(scenario)).filter(text -> !text.isEmpty());
    }
}
