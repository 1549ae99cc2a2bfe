package dev.sluice.bench.report;

import java.util.List;

/** All rounds of one peer, in the order in which they were run; at least one. */
public record PeerResult(String peer, List<Measurement> rounds) {
    public PeerResult {
        rounds = List.copyOf(rounds);
    }

    public Spread rowsPerSecond() {
        return Spread.of(rounds.stream().map(Measurement::rowsPerSecond).toList());
    }
}
