package dev.sluice.daemon.cli;

import dev.sluice.engine.flow.CopyStatus;
import dev.sluice.engine.flow.LaneStatus;
import dev.sluice.engine.flow.PipelineStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The first copy in one line: {@code shop: copying to replica: 2 of 4 tables, 12,345 rows, 24 %, 5,000 rows/s, about 8 s left}. */
final class CopyProgressLine {
    private CopyProgressLine() {}

    /** @return empty when nothing is being copied */
    static String of(List<PipelineStatus> pipelines) {
        List<String> parts = new ArrayList<>();
        for (PipelineStatus pipeline : pipelines) {
            for (LaneStatus lane : pipeline.lanes()) {
                if (lane.copy().isUnderWay()) {
                    parts.add(pipeline.name() + ": copying to " + lane.sink() + ": " + describe(lane.copy()));
                }
            }
        }
        return String.join(" | ", parts);
    }

    private static String describe(CopyStatus copy) {
        String line = String.format(
                Locale.ROOT,
                "%d of %d tables, %,d rows, %d %%, %,d rows/s",
                copy.finishedTables(),
                copy.tables().size(),
                copy.rows(),
                copy.percent(),
                copy.rowsPerSecond());
        return copy.left()
                .map(left -> line + ", about " + words(left) + " left")
                .orElse(line);
    }

    private static String words(Duration time) {
        if (time.toSeconds() < 90) {
            return time.toSeconds() + " s";
        }
        return time.toMinutes() < 90 ? time.toMinutes() + " min" : time.toHours() + " h";
    }
}
