package dev.sluice.daemon.cli;

import dev.sluice.engine.flow.LaneStatus;
import dev.sluice.engine.flow.PipelineStatus;
import dev.sluice.engine.flow.TableProgress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The first copy in one line: {@code shop: copying to replica: 2 of 4 tables, 12,345 of about 50,000 rows, 24 %}. */
final class CopyProgressLine {
    private CopyProgressLine() {}

    /** @return empty when nothing is being copied */
    static String of(List<PipelineStatus> pipelines) {
        List<String> parts = new ArrayList<>();
        for (PipelineStatus pipeline : pipelines) {
            for (LaneStatus lane : pipeline.lanes()) {
                if (lane.copy().stream().anyMatch(table -> !table.finished())) {
                    parts.add(pipeline.name() + ": copying to " + lane.sink() + ": " + describe(lane.copy()));
                }
            }
        }
        return String.join(" | ", parts);
    }

    private static String describe(List<TableProgress> tables) {
        long finished = tables.stream().filter(TableProgress::finished).count();
        long rows = tables.stream().mapToLong(TableProgress::rows).sum();
        String start = String.format(Locale.ROOT, "%d of %d tables, %,d", finished, tables.size(), rows);
        // A finished table counts as what it turned out to be, so that 100 % is reached at the end.
        boolean known = tables.stream().allMatch(table -> table.finished() || table.estimatedRows() >= 0);
        long expected =
                tables.stream().mapToLong(CopyProgressLine::expectedRows).sum();
        if (!known || expected == 0) {
            return start + " rows";
        }
        return start + String.format(Locale.ROOT, " of about %,d rows, %d %%", expected, 100 * rows / expected);
    }

    private static long expectedRows(TableProgress table) {
        return table.finished() ? table.rows() : Math.max(table.rows(), table.estimatedRows());
    }
}
