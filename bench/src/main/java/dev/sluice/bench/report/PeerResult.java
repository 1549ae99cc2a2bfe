package dev.sluice.bench.report;

import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * All rounds of one peer, in the order in which they were run.
 *
 * @param about its version and how it was set
 * @param rounds at least one, unless it failed: then those before
 * @param failure why it could not do the work; null if it did
 */
public record PeerResult(
        String peer,
        Map<String, Object> about,
        List<Measurement> rounds,
        @Nullable String failure) {
    public PeerResult {
        about = Collections.unmodifiableMap(new LinkedHashMap<>(about));
        rounds = List.copyOf(rounds);
        if (rounds.isEmpty() && failure == null) {
            throw new IllegalArgumentException(peer + " neither did anything nor failed");
        }
    }

    /** It did the work. */
    public static PeerResult of(String peer, Map<String, Object> about, List<Measurement> rounds) {
        return new PeerResult(peer, about, rounds, null);
    }

    public boolean failed() {
        return failure != null;
    }

    /** Of all rounds; only for one that did not fail. */
    public Spread spread(Unit unit) {
        return Spread.of(rounds.stream().map(unit::figure).toList());
    }

    /**
     * The round to show when only one is shown: that with the middle figure, of two in the middle the lower. Counts from 0;
     * only for one that did not fail.
     */
    public int medianRound(Unit unit) {
        List<Integer> ascending = IntStream.range(0, rounds.size())
                .boxed()
                .sorted(Comparator.comparingDouble(round -> unit.figure(rounds.get(round))))
                .toList();
        return ascending.get((ascending.size() - 1) / 2);
    }

    /** The most memory of any round, in bytes; -1 where nobody knows. */
    public long peakMemoryBytes() {
        return rounds.stream().mapToLong(Measurement::peakMemoryBytes).max().orElse(-1);
    }
}
