package dev.sluice.daemon.verify;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The key of a row as text, ordered as {@code ORDER BY convert_to(key, 'UTF8')} does it: by bytes, NULL last. A table
 * without a key has the hash of the row for one.
 */
record RowKey(List<@Nullable String> values) implements Comparable<RowKey> {
    RowKey {
        values = Collections.unmodifiableList(new ArrayList<>(values));
    }

    boolean hasNull() {
        return values.stream().anyMatch(value -> value == null);
    }

    @Override
    public int compareTo(RowKey other) {
        for (int i = 0; i < values.size(); i++) {
            int order = compare(values.get(i), other.values.get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }

    /** The order of UTF-8 bytes is that of code points, which {@link String#compareTo} does not have. */
    static int compare(@Nullable String a, @Nullable String b) {
        if (a == null || b == null) {
            return a == b ? 0 : a == null ? 1 : -1;
        }
        int length = Math.min(a.length(), b.length());
        for (int i = 0; i < length; i++) {
            char left = a.charAt(i);
            char right = b.charAt(i);
            if (left != right) {
                boolean leftAbove = Character.isSurrogate(left);
                boolean rightAbove = Character.isSurrogate(right);
                return leftAbove == rightAbove ? Character.compare(left, right) : leftAbove ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }
}
