package dev.sluice.bench.report;

import java.util.List;

/**
 * Peers that did the same work in the same rounds.
 *
 * @param name the scenario's, and what is special about this part of it: {@code drain}, {@code drain narrow}
 * @param unit of the figure
 * @param rows how many the work is made of
 * @param results the first is ours
 */
public record Comparison(String name, Unit unit, long rows, List<PeerResult> results) {
    public Comparison {
        results = List.copyOf(results);
        if (results.isEmpty()) {
            throw new IllegalArgumentException(name + " compares nothing");
        }
    }

    /** Whether we did the work, however fast, and whatever became of the others. */
    public boolean passed() {
        return !results.get(0).failed();
    }
}
