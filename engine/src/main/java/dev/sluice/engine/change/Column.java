package dev.sluice.engine.change;

import org.jspecify.annotations.Nullable;

/**
 * One column of a {@link Relation}.
 *
 * @param name as the sink shall see it
 * @param type its data type
 * @param modifier {@code atttypmod}, -1 for none
 * @param typeText the type with its modifier as {@code format_type} prints it under an empty search path, for DDL and for
 *     people: {@code numeric(10,2)}, {@code public.order_status}
 * @param key whether it belongs to the replica identity (with FULL: to the primary key, if there is one)
 * @param notNull whether the source forbids NULL
 * @param index where its value stands in the tuples of a batch, from 0; a routed relation that leaves columns out keeps
 *     the indexes of the others
 * @param number {@code attnum}: stays with the column when it is renamed, and is never given to another. 0 if it is not
 *     known, since the column was dropped or renamed before it could be asked for
 * @param earlier what rows have in it that were there before it
 * @param defaultText what fills it in the source where a row is inserted without it, as SQL under an empty search path; null
 *     for nothing, or if {@code number} is not known
 */
public record Column(
        String name,
        DataType type,
        int modifier,
        String typeText,
        boolean key,
        boolean notNull,
        int index,
        int number,
        Earlier earlier,
        @Nullable String defaultText) {
    /** A column of which the source's catalog tells no more. */
    public Column(String name, DataType type, int modifier, String typeText, boolean key, boolean notNull, int index) {
        this(name, type, modifier, typeText, key, notNull, index, 0, Earlier.UNKNOWN, null);
    }

    /** The same under another name. */
    public Column withName(String other) {
        return other.equals(name)
                ? this
                : new Column(other, type, modifier, typeText, key, notNull, index, number, earlier, defaultText);
    }
}
