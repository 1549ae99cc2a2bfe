package dev.sluice.engine.config;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.SyncException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Everything that is wrong with one configuration, and what must not be shown while saying so. Confined to one thread.
 */
final class ConfigProblems {
    private static final int SHORT = 4;

    private final List<Found> found = new ArrayList<>();
    private final Set<String> hidden = new HashSet<>();

    private record Found(Place place, Problem problem) {}

    /**
     * @param what a sentence without a full stop, beginning with the path of the key
     * @param remedy a sentence
     */
    void add(Place place, String what, String remedy) {
        found.add(new Found(place, new Problem(ErrorKind.CONFIGURATION, place + ": " + what, remedy)));
    }

    int count() {
        return found.size();
    }

    /** A value that no message may contain. */
    void hide(String value) {
        if (!value.isEmpty()) {
            hidden.add(value);
        }
    }

    /**
     * A message written by somebody else, without hidden values. A short one is only taken out as a whole word: a port
     * from the environment must not put stars into every number.
     */
    String redact(String message) {
        String clean = message;
        for (String value : hidden) {
            String exact = Pattern.quote(value);
            String form = value.length() < SHORT ? "(?<![\\p{L}\\p{N}])" + exact + "(?![\\p{L}\\p{N}])" : exact;
            clean = Pattern.compile(form).matcher(clean).replaceAll(Matcher.quoteReplacement("***"));
        }
        return clean;
    }

    /** In the order of the file. */
    void throwIfAny() {
        if (!found.isEmpty()) {
            throw SyncException.of(found.stream()
                    .sorted(Comparator.comparing(Found::place))
                    .map(Found::problem)
                    .toList());
        }
    }
}
