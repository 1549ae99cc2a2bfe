package dev.sluice.bench;

import dev.sluice.bench.Scenario.Progress;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.report.PeerResult;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Lets peers take turns. Absolute figures of a machine drift over minutes, ratios of neighbours hold: so all peers are
 * measured in each round, and another one begins it each time. One that fails is out; the others go on.
 */
public final class Rounds {
    private final Progress progress;
    private final int rounds;
    private final Map<String, String> skipped = new LinkedHashMap<>();

    public Rounds(Progress progress, int rounds) {
        this.progress = progress;
        this.rounds = rounds;
    }

    /** Measures all that can take part; the results are in the order of the peers. */
    public List<PeerResult> measure(List<Peer> peers) throws InterruptedException {
        List<Turn> turns = new ArrayList<>();
        for (Peer peer : peers) {
            @Nullable String reason = peer.missing().orElse(null);
            if (reason == null) {
                turns.add(new Turn(peer));
            } else if (skipped.put(peer.name(), reason) == null) {
                progress.say("skipped: " + peer.name() + " (" + reason + ")");
            }
        }
        List<Turn> order = new ArrayList<>(turns);
        for (int round = 1; round <= rounds; round++) {
            for (Turn turn : order) {
                turn.take(round);
            }
            Collections.rotate(order, -1);
        }
        return turns.stream().map(Turn::result).toList();
    }

    /** Peers that could not take part, and why. */
    public Map<String, String> skipped() {
        return skipped;
    }

    static String reason(Exception error) {
        return error.getMessage() == null ? error.toString() : error.getMessage();
    }

    /** One peer and what has come of it. */
    private final class Turn {
        private final Peer peer;
        private final List<Measurement> measured = new ArrayList<>();
        private @Nullable String failure;
        private Map<String, Object> about = Map.of();

        Turn(Peer peer) {
            this.peer = peer;
        }

        void take(int round) throws InterruptedException {
            if (failure != null) {
                return;
            }
            try {
                Measurement measurement = peer.measure(round);
                measured.add(measurement);
                about = peer.about();
                progress.say(sentence(round, measurement));
            } catch (InterruptedException stopped) {
                throw stopped;
            } catch (Exception error) {
                failure = reason(error);
                progress.say("round " + round + " of " + rounds + ": " + peer.name() + " failed: " + failure);
            }
        }

        private String sentence(int round, Measurement measurement) {
            return String.format(
                    Locale.ROOT,
                    "round %d of %d: %s %,.0f rows/s (%,d rows in %.2f s)%s",
                    round,
                    rounds,
                    peer.name(),
                    measurement.rowsPerSecond(),
                    measurement.rows(),
                    measurement.time().toNanos() / 1e9,
                    measurement.latencies() == null
                            ? ""
                            : String.format(
                                    Locale.ROOT,
                                    ", p50 %.2f ms, p99 %.2f ms",
                                    measurement.latencies().percentile(50),
                                    measurement.latencies().percentile(99)));
        }

        PeerResult result() {
            return new PeerResult(peer.name(), about, measured, failure);
        }
    }
}
