package dev.sluice.daemon.verify;

import org.jspecify.annotations.Nullable;

/**
 * A sequence of the source and the one that takes its place in the target.
 *
 * @param source of a followed table, or of none
 * @param target of the same column, or else of the same name; null if there is none
 */
public record SequencePair(Sequence source, @Nullable Sequence target) {
    /** Whether the target would give a value again that the source has given. */
    public boolean isBehind() {
        return target != null && target.isBehind(source);
    }

    /** The sequence, and where both are. */
    public String description() {
        return source.displayName() + ": " + comparison();
    }

    private String comparison() {
        if (!source.readable()) {
            return "we may not read it in the source (GRANT SELECT ON SEQUENCE " + source.sqlName() + " TO ...;)";
        }
        if (target == null) {
            return "not in the target";
        }
        if (!target.readable()) {
            return "we may not read it in the target (GRANT SELECT ON SEQUENCE " + target.sqlName() + " TO ...;)";
        }
        return "source " + text(source.value()) + ", target " + text(target.value());
    }

    private static String text(@Nullable Long value) {
        return value == null ? "unused" : "at " + value;
    }
}
