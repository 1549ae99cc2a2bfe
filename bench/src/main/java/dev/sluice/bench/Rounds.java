package dev.sluice.bench;

import dev.sluice.bench.Scenario.Progress;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.report.PeerResult;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets peers take turns. Absolute figures of a machine drift over minutes, ratios of neighbours hold: so all peers are
 * measured in each round, and another one begins it each time.
 */
public final class Rounds {
    private final Progress progress;
    private final Map<String, String> skipped = new LinkedHashMap<>();

    public Rounds(Progress progress) {
        this.progress = progress;
    }

    /** Measures all that can take part; the results are in the order of the peers. */
    public List<PeerResult> measure(List<Peer> peers, int rounds) throws Exception {
        Map<Peer, List<Measurement>> measured = new LinkedHashMap<>();
        for (Peer peer : peers) {
            @Nullable String reason = peer.missing().orElse(null);
            if (reason == null) {
                measured.put(peer, new ArrayList<>());
            } else {
                skipped.put(peer.name(), reason);
                progress.say("skipped: " + peer.name() + " (" + reason + ")");
            }
        }
        List<Peer> order = new ArrayList<>(measured.keySet());
        for (int round = 1; round <= rounds; round++) {
            for (Peer peer : order) {
                Measurement measurement = peer.measure(round);
                measured.getOrDefault(peer, List.of()).add(measurement);
                progress.say(String.format(
                        Locale.ROOT,
                        "round %d of %d: %s %,.0f rows/s (%,d rows in %.2f s)",
                        round,
                        rounds,
                        peer.name(),
                        measurement.rowsPerSecond(),
                        measurement.rows(),
                        measurement.time().toNanos() / 1e9));
            }
            order.add(order.remove(0));
        }
        List<PeerResult> results = new ArrayList<>();
        measured.forEach((peer, list) -> results.add(new PeerResult(peer.name(), list)));
        return results;
    }

    /** Peers that could not take part, and why. */
    public Map<String, String> skipped() {
        return Map.copyOf(skipped);
    }
}
