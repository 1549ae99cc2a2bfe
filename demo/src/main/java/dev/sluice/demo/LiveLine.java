package dev.sluice.demo;

import dev.sluice.engine.flow.CopyStatus;
import dev.sluice.engine.flow.LaneStatus;
import dev.sluice.engine.flow.PipelineStatus;
import java.util.Locale;

/** Puts the state of a pipeline with one sink into one line, from one look at it to the next. For one thread. */
final class LiveLine {
    private static final double NANOS = 1e9;

    private long lastChanges;
    private long lastNanos = Long.MIN_VALUE;
    private double rate;

    /** @param nanos {@link System#nanoTime} of the status */
    String of(PipelineStatus status, long nanos) {
        LaneStatus lane = status.lanes().get(0);
        measure(lane.changes(), nanos);
        String reason = status.reason() != null ? status.reason() : lane.reason();
        String line =
                switch (status.state()) {
                    case NEW, CONNECTING -> "connecting";
                    case COPYING -> copying(lane.copy());
                    case STREAMING, RECONNECTING, DRAINING, STOPPED, FAILED -> streaming(status, lane);
                };
        return reason == null ? line : line + "   " + reason.lines().findFirst().orElse("");
    }

    /** Smoothed over a few looks, so that it can be read. */
    private void measure(long changes, long nanos) {
        if (lastNanos != Long.MIN_VALUE && nanos > lastNanos) {
            double now = (changes - lastChanges) * NANOS / (nanos - lastNanos);
            double weight = Math.min(1, (nanos - lastNanos) / NANOS);
            rate = rate == 0 ? now : rate + (now - rate) * weight;
        }
        lastChanges = changes;
        lastNanos = nanos;
    }

    private static String copying(CopyStatus copy) {
        return String.format(
                Locale.ROOT,
                "copying     %,d rows   %d %%   %d of %d tables done",
                copy.rows(),
                copy.percent(),
                copy.finishedTables(),
                copy.tables().size());
    }

    private String streaming(PipelineStatus status, LaneStatus lane) {
        return String.format(
                Locale.ROOT,
                "%-11s %,6.0f rows/s   lag %,4d ms   buffered %s   position %s",
                status.state().name().toLowerCase(Locale.ROOT),
                rate,
                lane.lag().toMillis(),
                size(status.bufferedBytes()),
                status.read());
    }

    static String size(long bytes) {
        if (bytes < 10_000) {
            return bytes + " B";
        }
        return bytes < 10_000_000 ? bytes / 1_000 + " kB" : bytes / 1_000_000 + " MB";
    }
}
