package dev.sluice.bench.fanout;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.Scenario;
import dev.sluice.bench.peer.JvmPeer;
import dev.sluice.bench.peer.SlotReaders;
import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Unit;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.Shape;
import dev.sluice.bench.server.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What more sinks cost: the same backlog into one and into several null sinks at once. Twice: with sinks that only count,
 * which is what the fan-out itself costs, and with sinks that each make their own JSON of every row.
 */
public final class FanoutScenario implements Scenario {
    private static final int MOST = 8;

    @Override
    public String name() {
        return "fanout";
    }

    @Override
    public String question() {
        return "what is left of the rate with 8 sinks instead of 1, 2 or 4";
    }

    @Override
    public List<Comparison> measure(Bed bed, Shape shape) throws Exception {
        try (Workload workload = Workload.of(bed.source(), shape)) {
            bed.say("writing a backlog of %,d rows, %s", bed.rows(shape), shape.label());
            Backlog backlog = workload.insert(bed.rows(shape));
            List<Comparison> comparisons = new ArrayList<>();
            comparisons.add(bed.compare(
                    shape, "", Unit.ROWS_PER_SECOND, backlog.rows(), peers(bed, backlog, Map.of("type", "null"))));
            comparisons.add(bed.compare(
                    shape, "json", Unit.ROWS_PER_SECOND, backlog.rows(), peers(bed, backlog, SlotReaders.JSON_SINK)));
            return comparisons;
        }
    }

    private static List<Peer> peers(Bed bed, Backlog backlog, Map<String, Object> sink) {
        SlotReaders readers = new SlotReaders(bed, backlog, bed.source().url());
        List<Peer> peers = new ArrayList<>();
        peers.add(readers.sluice(JvmPeer.SLUICE, sinks(MOST, sink)));
        for (int count = 1; count < MOST; count *= 2) {
            peers.add(readers.sluice(count + (count == 1 ? " sink" : " sinks"), sinks(count, sink)));
        }
        return peers;
    }

    private static Map<String, Map<String, Object>> sinks(int count, Map<String, Object> sink) {
        Map<String, Map<String, Object>> sinks = new TreeMap<>();
        for (int n = 1; n <= count; n++) {
            sinks.put("out" + n, sink);
        }
        return sinks;
    }
}
