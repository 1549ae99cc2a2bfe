package dev.sluice.daemon.yaml;

import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.Place;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;

/** The text of a file, to show the line in which an error is, without what could be a password. */
final class SourceLines {
    private static final int MAX_WIDTH = 120;
    /** From a key that sounds like a secret to the end of the line: where its value ends is what the file got wrong. */
    private static final Pattern SECRET =
            Pattern.compile("(?i)((?:password|passwd|secret|token|credential|key)[\\w-]*[\"']?\\s*[:=])(.*)");

    private final String name;
    private final List<String> lines;

    SourceLines(String name, String text) {
        this.name = name;
        this.lines = text.lines().toList();
    }

    Place place(Optional<Mark> mark) {
        return mark.map(m -> Place.inFile(name, m.getLine() + 1, m.getColumn() + 1))
                .orElseGet(() -> Place.inFile(name, 1, 1));
    }

    /** An error with its line and a caret below the column. */
    SyncException at(Optional<Mark> mark, String what, String remedy) {
        Place place = place(mark);
        return YamlFile.problem(place + ": " + what + snippet(place), remedy);
    }

    private String snippet(Place place) {
        if (place.line() > lines.size()) {
            return "";
        }
        String line = visible(lines.get(place.line() - 1));
        String number = String.format(Locale.ROOT, "%6d", place.line());
        int column = Math.min(place.column() - 1, line.length());
        if (line.isBlank() || column > MAX_WIDTH) {
            return "";
        }
        String shown = line.length() > MAX_WIDTH ? line.substring(0, MAX_WIDTH) + "..." : line;
        return "\n" + number + " | " + shown + "\n" + " ".repeat(number.length()) + " | " + " ".repeat(column) + "^";
    }

    private static String visible(String line) {
        String clean = UrlPassword.hide(line.replace('\t', ' '));
        Matcher secret = SECRET.matcher(clean);
        return secret.find() ? clean.substring(0, secret.end(1)) + " ***" : clean;
    }

    /** The parser's words, but for those about aliases and tags: they repeat the value, and say little to most people. */
    String explain(MarkedYamlEngineException error) {
        String context = error.getContext() == null ? "" : error.getContext() + ", ";
        String words = context + error.getProblem();
        if (words.contains("alias")) {
            return "an unquoted * begins an alias; put the value in quotes";
        }
        if (words.contains("anchor")) {
            return "an unquoted & begins an anchor; put the value in quotes";
        }
        return words.contains(" tag") ? "an unquoted ! begins a tag; put the value in quotes" : words;
    }
}
