package dev.sluice.engine.config;

import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Replaces <code>${env:NAME}</code>, <code>${env:NAME:-default}</code> and <code>${file:path}</code> in values; a dollar
 * sign before it makes it literal. What comes out of a variable or a file is never shown again.
 */
final class Interpolation {
    private static final int MAX_FILE_BYTES = 64 * 1024;

    private final Environment environment;
    private final Path base;

    /** Environment variables by name. */
    @FunctionalInterface
    interface Environment {
        @Nullable String get(String name);
    }

    /**
     * @param text null if something was missing, which has been reported
     * @param written what may be shown instead of the text: how it was written, without defaults
     * @param replaced whether anything came from elsewhere
     */
    record Result(@Nullable String text, String written, boolean replaced) {}

    /** @param base what file names are relative to */
    Interpolation(Environment environment, Path base) {
        this.environment = environment;
        this.base = base;
    }

    /** @param path the key, for messages */
    Result resolve(String text, Place place, String path, ConfigProblems problems) {
        if (!text.contains("${")) {
            return new Result(text, text, false);
        }
        StringBuilder value = new StringBuilder();
        StringBuilder written = new StringBuilder();
        boolean complete = true;
        int at = 0;
        int open;
        while ((open = text.indexOf("${", at)) >= 0) {
            boolean escaped = open > at && text.charAt(open - 1) == '$';
            String before = text.substring(at, escaped ? open - 1 : open);
            value.append(before);
            written.append(before);
            int close = escaped ? open + 1 : text.indexOf('}', open);
            if (escaped) {
                value.append("${");
                written.append("$${");
            } else if (close < 0) {
                problems.add(place, path + ": a ${ is not closed", "Close it with }, or write $${ for a literal ${.");
                return new Result(null, written + "${...", true);
            } else {
                String name = text.substring(open + 2, close);
                String replacement = one(name, place, path, problems);
                complete &= replacement != null;
                value.append(replacement);
                written.append("${").append(withoutDefault(name)).append('}');
            }
            at = close + 1;
        }
        value.append(text, at, text.length());
        written.append(text, at, text.length());
        return new Result(complete ? value.toString() : null, written.toString(), true);
    }

    private @Nullable String one(String name, Place place, String path, ConfigProblems problems) {
        String replacement = null;
        if (name.startsWith("env:")) {
            replacement = variable(name.substring(4), place, path, problems);
        } else if (name.startsWith("file:")) {
            replacement = file(name.substring(5), place, path, problems);
        } else {
            problems.add(
                    place,
                    path + ": ${" + withoutDefault(name) + "} is not known",
                    "Write ${env:NAME}, ${env:NAME:-default} or ${file:path}, or $${ for a literal ${.");
        }
        if (replacement != null) {
            problems.hide(replacement);
        }
        return replacement;
    }

    private @Nullable String variable(String name, Place place, String path, ConfigProblems problems) {
        int mark = name.indexOf(":-");
        String variable = mark < 0 ? name : name.substring(0, mark);
        String value = environment.get(variable);
        if (value != null && !(value.isEmpty() && mark >= 0)) {
            return value;
        }
        if (mark >= 0) {
            return name.substring(mark + 2);
        }
        problems.add(
                place,
                path + ": the environment variable " + variable + " is not set",
                "Set it, or give a default: ${env:" + variable + ":-default}.");
        return null;
    }

    private @Nullable String file(String name, Place place, String path, ConfigProblems problems) {
        String reason;
        try {
            Path file = base.resolve(name);
            if (Files.isDirectory(file)) {
                reason = "it is a directory";
            } else if (Files.exists(file) && Files.size(file) > MAX_FILE_BYTES) {
                reason = "it is larger than 64KB";
            } else {
                return Files.readString(file, StandardCharsets.UTF_8).stripTrailing();
            }
        } catch (NoSuchFileException e) {
            reason = "there is no such file";
        } catch (AccessDeniedException e) {
            reason = "permission denied";
        } catch (MalformedInputException e) {
            reason = "it is not UTF-8 text";
        } catch (InvalidPathException | IOException e) {
            reason = e.getClass().getSimpleName();
        }
        problems.add(
                place,
                path + ": the file " + name + " cannot be read: " + reason,
                "Create it or correct the path, which is relative to " + base + ".");
        return null;
    }

    private static String withoutDefault(String name) {
        int mark = name.indexOf(":-");
        return mark < 0 ? name : name.substring(0, mark);
    }
}
