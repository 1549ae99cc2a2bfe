package dev.sluice.engine.change;

import org.jspecify.annotations.Nullable;

/**
 * What those rows hold in a column that had been written before it was added. They are in no later change, so who adds the
 * column elsewhere has to know.
 *
 * @param known false if the source's catalog does not tell: each row may have another value
 * @param text the same value for all of them, in text form; null for NULL
 */
public record Earlier(boolean known, @Nullable String text) {
    public static final Earlier NULL = new Earlier(true, null);
    public static final Earlier UNKNOWN = new Earlier(false, null);

    public static Earlier of(@Nullable String text) {
        return text == null ? NULL : new Earlier(true, text);
    }
}
