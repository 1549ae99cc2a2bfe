package dev.sluice.daemon.verify;

import java.util.List;

/**
 * One key whose rows are not the same on both sides.
 *
 * @param key for people: {@code id=42}
 * @param columns whose values differ, for {@link Kind#DIFFERS}
 */
public record Difference(Kind kind, String key, List<String> columns) {
    public Difference {
        columns = List.copyOf(columns);
    }

    /** What is wrong with the target. */
    public enum Kind {
        MISSING("missing in target"),
        EXTRA("extra in target"),
        DIFFERS("differs");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        public String words() {
            return words;
        }
    }
}
