package dev.sluice.daemon.verify;

import dev.sluice.daemon.verify.Difference.Kind;
import dev.sluice.daemon.verify.Suspects.Sides;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Tells the differences of one table for people. One thread, blocking. */
final class TableComparison {
    private static final int SHOWN = 10;
    private static final int MAX_KEY = 200;

    private final TableSide source;

    TableComparison(TableSide source) {
        this.source = source;
    }

    /** @param behind how far the target is from the last position that was waited for, or null */
    TableReport report(
            long rows,
            Suspects suspects,
            Settlement settled,
            @Nullable String behind,
            SideReader sourceRows,
            SideReader targetRows) {
        NavigableMap<RowKey, Sides> different = settled.different();
        List<RowKey> shown = different.keySet().stream().limit(SHOWN).toList();
        List<RowKey> changed = shown.stream()
                .filter(key -> kind(different.get(key)) == Kind.DIFFERS)
                .toList();
        boolean named = !changed.isEmpty() && source.keyColumns() > 0;
        Map<RowKey, List<@Nullable String>> had = named ? sourceRows.columns(changed) : Map.of();
        Map<RowKey, List<@Nullable String>> has = named ? targetRows.columns(changed) : Map.of();
        List<Difference> first = new ArrayList<>();
        for (RowKey key : shown) {
            first.add(new Difference(kind(different.get(key)), display(key), columns(had.get(key), has.get(key))));
        }
        long unsettled = settled.unsettled() + (behind == null ? 0 : suspects.surplus());
        List<String> problems = suspects.surplus() == 0 || behind != null
                ? List.of()
                : List.of("more than " + Suspects.MAX + " keys differ; " + suspects.surplus()
                        + " further rows were not looked at again");
        return new TableReport(
                source.schema() + "." + source.name(),
                rows,
                different.size(),
                first,
                unsettled,
                unsettled == 0 ? null : behind,
                problems);
    }

    private static Kind kind(@Nullable Sides sides) {
        if (sides == null || covers(sides.source(), sides.target())) {
            return Kind.MISSING;
        }
        return covers(sides.target(), sides.source()) ? Kind.EXTRA : Kind.DIFFERS;
    }

    /** Whether all rows of the second are among the first, each as often. */
    private static boolean covers(Map<String, Long> rows, Map<String, Long> part) {
        return part.entrySet().stream().allMatch(row -> row.getValue() <= rows.getOrDefault(row.getKey(), 0L));
    }

    private String display(RowKey key) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < source.keyColumns(); i++) {
            shown.append(i == 0 ? "" : ", ")
                    .append(source.key().get(i).name())
                    .append('=')
                    .append(key.values().get(i));
        }
        if (source.keyColumns() == 0) {
            shown.append("row with md5 ").append(key.values().get(0));
        }
        return shown.length() <= MAX_KEY ? shown.toString() : shown.substring(0, MAX_KEY) + "...";
    }

    private List<String> columns(@Nullable List<@Nullable String> had, @Nullable List<@Nullable String> has) {
        List<String> names = new ArrayList<>();
        if (had != null && has != null) {
            for (int i = 0; i < source.columns().size(); i++) {
                if (!Objects.equals(had.get(i), has.get(i))) {
                    names.add(source.columns().get(i).name());
                }
            }
        }
        return names;
    }
}
