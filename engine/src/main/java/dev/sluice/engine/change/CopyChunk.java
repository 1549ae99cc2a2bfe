package dev.sluice.engine.change;

import org.jspecify.annotations.Nullable;

/**
 * One of the parts in which a table is copied; together they hold each row once. Chunks of one table may be copied at the
 * same time, and each is durable for itself.
 *
 * @param number from 1
 * @param count how many there are of that table, the same for all that are read from one snapshot
 * @param range which rows these are, or null if only the snapshot that they are read from can tell. Chunks without ranges
 *     make a table only if they are of one snapshot.
 */
public record CopyChunk(int number, int count, @Nullable KeyRange range) {
    /** All of a table. */
    public static final CopyChunk WHOLE = new CopyChunk(1, 1);

    public CopyChunk {
        if (number < 1 || number > count) {
            throw new IllegalArgumentException("there is no chunk " + number + " of " + count);
        }
    }

    /** One without a range. */
    public CopyChunk(int number, int count) {
        this(number, count, null);
    }

    /** One as it was recorded: {@code range} is what {@link #rangeText} gave. */
    public static CopyChunk recorded(int number, int count, String range) {
        return new CopyChunk(number, count, range.isEmpty() ? null : KeyRange.parse(range));
    }

    /** Its range for a record; empty if it has none. */
    public String rangeText() {
        return range == null ? "" : range.toString();
    }

    /** For people: nothing for a whole table, otherwise a space and which of how many. */
    public String suffix() {
        return count == 1 ? "" : " (" + number + " of " + count + ")";
    }
}
