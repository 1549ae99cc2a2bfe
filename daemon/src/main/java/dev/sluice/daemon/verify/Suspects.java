package dev.sluice.daemon.verify;

import dev.sluice.daemon.verify.RowCursor.Run;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Keys that differed when both tables were read, though perhaps at different moments. Bounded. One thread. */
final class Suspects {
    /** Beyond this many, nobody looks at single keys any more; about 30 MB. */
    static final int MAX = 100_000;

    private final NavigableMap<RowKey, Sides> byKey = new TreeMap<>();
    private long surplus;

    /** Rows of one key by hash, with how many there are, on each side. */
    record Sides(Map<String, Long> source, Map<String, Long> target) {}

    /** Merges two ordered tables and keeps what has no counterpart. */
    static Suspects of(RowCursor source, RowCursor target) {
        Suspects suspects = new Suspects();
        Run left = source.next();
        Run right = target.next();
        while (left != null || right != null) {
            int order = left == null ? 1 : right == null ? -1 : left.compareTo(right);
            if (order == 0 && left != null && right != null && left.count() != right.count()) {
                suspects.add(left, true);
                suspects.add(right, false);
            } else if (order < 0 && left != null) {
                suspects.add(left, true);
            } else if (order > 0 && right != null) {
                suspects.add(right, false);
            }
            left = order <= 0 ? source.next() : left;
            right = order >= 0 ? target.next() : right;
        }
        return suspects;
    }

    private void add(Run run, boolean inSource) {
        if (byKey.size() >= MAX && !byKey.containsKey(run.key())) {
            surplus++;
            return;
        }
        Sides sides = byKey.computeIfAbsent(run.key(), key -> new Sides(new HashMap<>(), new HashMap<>()));
        (inSource ? sides.source() : sides.target()).put(run.hash(), run.count());
    }

    NavigableMap<RowKey, Sides> byKey() {
        return byKey;
    }

    /** Rows that were not kept because there are too many. */
    long surplus() {
        return surplus;
    }
}
