package dev.sluice.daemon.verify;

import dev.sluice.daemon.verify.Suspects.Sides;
import java.sql.Connection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * Looks at keys that differ until they are equal, or certainly are not: the target has passed a position at which the
 * source held a row that it still holds, and has another. One thread, blocking.
 */
final class Settlement {
    private final Connection marks;
    private final SideReader sourceRows;
    private final SideReader targetRows;
    private final CommonPosition position;
    private final Patience patience;
    private final NavigableMap<RowKey, Sides> different = new TreeMap<>();
    private final Set<RowKey> open = new HashSet<>();

    Settlement(
            Connection marks,
            SideReader sourceRows,
            SideReader targetRows,
            CommonPosition position,
            Patience patience) {
        this.marks = marks;
        this.sourceRows = sourceRows;
        this.targetRows = targetRows;
        this.position = position;
        this.patience = patience;
    }

    /** All connections are in autocommit mode, so that each look sees what is there now. */
    void settle(Set<RowKey> keys) throws InterruptedException {
        open.addAll(keys);
        for (int round = 1; round <= patience.rounds() && !open.isEmpty(); round++) {
            if (round > 1) {
                Thread.sleep(patience.pause().toMillis());
            }
            look();
        }
    }

    private void look() throws InterruptedException {
        Set<RowKey> keys = new HashSet<>(open);
        Map<RowKey, Map<String, Long>> before = sourceRows.rows(keys);
        boolean passed = position.await(marks);
        Map<RowKey, Map<String, Long>> target = targetRows.rows(keys);
        Map<RowKey, Map<String, Long>> after = sourceRows.rows(keys);
        for (RowKey key : keys) {
            Map<String, Long> had = before.getOrDefault(key, Map.of());
            Map<String, Long> has = after.getOrDefault(key, Map.of());
            Map<String, Long> copy = target.getOrDefault(key, Map.of());
            if (copy.equals(had) || copy.equals(has)) {
                open.remove(key);
            } else if (had.equals(has) && passed) {
                open.remove(key);
                different.put(key, new Sides(new HashMap<>(has), new HashMap<>(copy)));
            }
        }
    }

    /** What certainly differs. */
    NavigableMap<RowKey, Sides> different() {
        return different;
    }

    /** How many keys moved in the source at every look, or may differ only as the target is behind. */
    long unsettled() {
        return open.size();
    }
}
