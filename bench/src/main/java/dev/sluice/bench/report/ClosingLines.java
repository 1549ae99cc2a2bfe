package dev.sluice.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A comparison in one line per peer: medians, their ratio, and from where to where the rounds went. */
public final class ClosingLines {
    private ClosingLines() {}

    /** At least one line. */
    public static List<String> of(Comparison comparison) {
        PeerResult ours = comparison.ours();
        if (ours.failed()) {
            return List.of(comparison.name() + ": " + ours.peer() + " failed: " + ours.failure());
        }
        if (comparison.theirs().isEmpty()) {
            return List.of(comparison.name() + ": " + figure(comparison, ours) + " (spread " + spread(comparison, ours)
                    + ")" + memory(ours));
        }
        return comparison.theirs().stream()
                .map(theirs -> line(comparison, ours, theirs))
                .toList();
    }

    private static String line(Comparison comparison, PeerResult ours, PeerResult theirs) {
        String start = comparison.name() + ": " + figure(comparison, ours) + ", ";
        if (theirs.failed()) {
            return start + theirs.peer() + " failed: " + theirs.failure();
        }
        return start
                + String.format(
                        Locale.ROOT,
                        "%s, ratio %.2f (spread %s; %s)%s",
                        figure(comparison, theirs),
                        comparison.ratio(theirs).orElseThrow(),
                        spread(comparison, ours),
                        spread(comparison, theirs),
                        memory(ours));
    }

    private static String figure(Comparison comparison, PeerResult result) {
        Unit unit = comparison.unit();
        return result.peer() + " " + unit.format(result.spread(unit).median()) + " " + unit.symbol() + median(result);
    }

    /** A 99th percentile says little without the 50th beside it. */
    private static String median(PeerResult result) {
        List<Double> medians = result.rounds().stream()
                .map(Measurement::latencies)
                .filter(latencies -> latencies != null)
                .map(latencies -> latencies.percentile(50))
                .toList();
        return medians.isEmpty()
                ? ""
                : String.format(Locale.ROOT, " %.2f ms p50", Spread.of(medians).median());
    }

    private static String spread(Comparison comparison, PeerResult result) {
        Unit unit = comparison.unit();
        Spread spread = result.spread(unit);
        int rounds = result.rounds().size();
        return result.peer() + " " + unit.format(spread.least()) + " to " + unit.format(spread.most()) + " in " + rounds
                + (rounds == 1 ? " round" : " rounds");
    }

    private static String memory(PeerResult result) {
        long bytes = result.peakMemoryBytes();
        String start = result.rounds().stream()
                .map(round -> round.details().get(Measurement.START))
                .filter(millis -> millis instanceof Number)
                .map(millis -> ((Number) millis).doubleValue() / 1e3)
                .collect(Collectors.collectingAndThen(
                        Collectors.toList(),
                        all -> all.isEmpty()
                                ? ""
                                : String.format(
                                        Locale.ROOT,
                                        ", start %.2f s",
                                        Spread.of(all).median())));
        return (bytes < 0 ? "" : String.format(Locale.ROOT, ", at most %.0f MB of memory", bytes / 1e6)) + start;
    }
}
