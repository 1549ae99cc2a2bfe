package dev.sluice.engine.change;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a table whose leading key column, an integer, lies in a range. Unlike pages of the table it says of any row,
 * whenever it comes, whether it belongs there.
 *
 * @param column its name, unquoted
 * @param from the least value, or null if there is none
 * @param to the first value past the end, or null if there is none
 * @param file number of the file that held the table when the range was chosen; another one says that it was emptied or
 *     rewritten since
 */
public record KeyRange(
        String column, @Nullable Long from, @Nullable Long to, long file) {
    private static final Pattern TEXT = Pattern.compile("\\[(-?\\d*),(-?\\d*)\\) (\\d+) (.*)", Pattern.DOTALL);

    public KeyRange {
        if (from != null && to != null && from >= to) {
            throw new IllegalArgumentException("empty range from " + from + " to " + to);
        }
    }

    /** Reads what {@link #toString} writes. */
    public static KeyRange parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a key range: " + text);
        }
        return new KeyRange(
                matcher.group(4), bound(matcher.group(1)), bound(matcher.group(2)), Long.parseLong(matcher.group(3)));
    }

    private static @Nullable Long bound(String text) {
        return text.isEmpty() ? null : Long.valueOf(text);
    }

    public boolean contains(long key) {
        return (from == null || key >= from) && (to == null || key < to);
    }

    /** Whether both speak of the same column of the same file, so that they can be compared. */
    public boolean isComparable(KeyRange other) {
        return column.equals(other.column) && file == other.file;
    }

    /** What is left of it, in ascending order. */
    public List<KeyRange> without(Collection<KeyRange> others) {
        List<KeyRange> left = new ArrayList<>();
        Long next = from;
        List<KeyRange> sorted = others.stream()
                .sorted(Comparator.comparing(range -> range.from, Comparator.nullsFirst(Comparator.naturalOrder())))
                .toList();
        for (KeyRange other : sorted) {
            if (to != null && other.from != null && other.from >= to) {
                break;
            }
            if (other.to != null && next != null && other.to <= next) {
                continue;
            }
            if (other.from != null && (next == null || other.from > next)) {
                left.add(new KeyRange(column, next, other.from, file));
            }
            if (other.to == null || to != null && other.to >= to) {
                return left;
            }
            next = other.to;
        }
        left.add(new KeyRange(column, next, to, file));
        return left;
    }

    /** Whether each key lies in one of them. */
    public static boolean coverEverything(Collection<KeyRange> ranges) {
        return !ranges.isEmpty()
                && new KeyRange("", null, null, 0).without(ranges).isEmpty();
    }

    @Override
    public String toString() {
        return "[" + Objects.toString(from, "") + "," + Objects.toString(to, "") + ") " + file + " " + column;
    }
}
