package dev.sluice.bench;

import dev.sluice.bench.report.PeerResult;
import dev.sluice.bench.report.Spread;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Results in one line per peer: medians, their ratio, and from where to where the rounds went. */
public final class ClosingLines {
    private ClosingLines() {}

    /** @param results the first is ours */
    public static List<String> of(String scenario, List<PeerResult> results) {
        PeerResult ours = results.get(0);
        Spread own = ours.rowsPerSecond();
        if (results.size() == 1) {
            return List.of(String.format(
                    Locale.ROOT, "%s: %s %.0f rows/s (%s)", scenario, ours.peer(), own.median(), fromTo(ours)));
        }
        return results.stream()
                .skip(1)
                .map(theirs -> {
                    double other = theirs.rowsPerSecond().median();
                    return String.format(
                            Locale.ROOT,
                            "%s: %s %.0f rows/s, %s %.0f rows/s, ratio %.2f (%s)",
                            scenario,
                            ours.peer(),
                            own.median(),
                            theirs.peer(),
                            other,
                            own.median() / other,
                            String.join(
                                    "; ",
                                    Stream.of(ours, theirs)
                                            .map(ClosingLines::fromTo)
                                            .toList()));
                })
                .toList();
    }

    private static String fromTo(PeerResult result) {
        Spread spread = result.rowsPerSecond();
        return String.format(
                Locale.ROOT,
                "%s %.0f to %.0f in %d %s",
                result.peer(),
                spread.least(),
                spread.most(),
                result.rounds().size(),
                result.rounds().size() == 1 ? "round" : "rounds");
    }
}
