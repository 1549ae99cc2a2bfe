package dev.sluice.engine.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How one value is read from text.
 *
 * @param noun what the value should be: {@code a size}
 * @param remedy a sentence with an example
 * @param read throws an unchecked exception for a text that does not fit; its message is not shown
 */
record ScalarType(String noun, String remedy, Function<String, Object> read) {
    private static final Pattern DURATION = Pattern.compile("(\\d{1,12})\\s*(ms|s|m|h|d)");

    /** @param base what relative paths are relative to */
    static Optional<ScalarType> of(Class<?> type, Path base) {
        if (type.isEnum()) {
            return Optional.of(enumeration(type));
        }
        return Optional.ofNullable(
                switch (type.getName()) {
                    case "java.lang.String" -> new ScalarType("text", "Write a text.", text -> text);
                    case "boolean", "java.lang.Boolean" ->
                        new ScalarType("true or false", "Write true or false.", ScalarType::bool);
                    case "int", "java.lang.Integer" -> number("a whole number", "8080", Integer::valueOf);
                    case "long", "java.lang.Long" -> number("a whole number", "100000", Long::valueOf);
                    case "double", "java.lang.Double" -> number("a number", "0.5", ScalarType::real);
                    case "java.time.Duration" ->
                        new ScalarType(
                                "a duration",
                                "Write a duration such as 250ms, 5s, 10m, 2h or 1d.",
                                ScalarType::duration);
                    case "java.nio.file.Path" ->
                        new ScalarType("a path", "Write the name of a file or directory.", text -> base.resolve(text)
                                .normalize());
                    case "dev.sluice.engine.config.DataSize" ->
                        new ScalarType("a size", "Write a size such as 512, 64KB or 16MB.", DataSize::parse);
                    case "dev.sluice.engine.config.Secret" -> new ScalarType("text", "Write a text.", Secret::new);
                    default -> null;
                });
    }

    private static ScalarType number(String noun, String example, Function<String, Object> read) {
        return new ScalarType(noun, "Write " + noun + " such as " + example + ".", read);
    }

    private static ScalarType enumeration(Class<?> type) {
        List<?> constants = Arrays.asList(type.getEnumConstants());
        List<String> words = constants.stream().map(ScalarType::word).toList();
        String all = String.join(", ", words);
        return new ScalarType(
                "one of " + all,
                "Known here: " + all + ".",
                text -> constants.get(indexOf(words, text.toLowerCase(Locale.ROOT))));
    }

    private static int indexOf(List<String> words, String word) {
        int index = words.indexOf(word);
        if (index < 0) {
            throw new IllegalArgumentException(word);
        }
        return index;
    }

    /** {@code VERIFY_FULL} is written {@code verify-full}. */
    private static String word(Object constant) {
        return ((Enum<?>) constant).name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Boolean bool(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static Double real(String text) {
        double value = Double.parseDouble(text);
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException(text);
        }
        return value;
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text.trim());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(text);
        }
        long amount = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }
}
