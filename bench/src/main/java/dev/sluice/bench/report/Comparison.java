package dev.sluice.bench.report;

import java.util.List;
import java.util.OptionalDouble;

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

    public PeerResult ours() {
        return results.get(0);
    }

    /** The other ones, in their order. */
    public List<PeerResult> theirs() {
        return results.subList(1, results.size());
    }

    /** How much better we are than that one: 1 is as good. Empty for ourselves, and if one of the two failed. */
    public OptionalDouble ratio(PeerResult theirs) {
        if (theirs == ours() || theirs.failed() || ours().failed()) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(
                unit.ratio(ours().spread(unit).median(), theirs.spread(unit).median()));
    }

    /** Whether we did the work, however fast, and whatever became of the others. */
    public boolean passed() {
        return !ours().failed();
    }
}
