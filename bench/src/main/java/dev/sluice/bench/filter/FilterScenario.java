package dev.sluice.bench.filter;

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
import java.util.List;
import java.util.Map;

/** What a row costs that a sink does not want: one row in a hundred is for it, beside a sink that wants them all. */
public final class FilterScenario implements Scenario {
    private static final int ONE_IN = 100;

    @Override
    public String name() {
        return "filter";
    }

    @Override
    public String question() {
        return "how fast a backlog is read of which the sink wants one row in a hundred";
    }

    @Override
    public List<Comparison> measure(Bed bed, Shape shape) throws Exception {
        // A hundred rows go to each table in turn, so this is where a turn ends.
        long turn = ONE_IN * 100L;
        long rows = Math.max(1, bed.rows(shape) / turn) * turn;
        try (Workload workload = Workload.mostlyElsewhere(bed.source(), shape)) {
            bed.say("writing a backlog of %,d rows, %s", rows, shape.label());
            Backlog backlog = workload.insert(rows);
            SlotReaders readers = new SlotReaders(bed, backlog, bed.source().url());
            Map<String, Object> wanting = Map.of("type", "null", "encode", "json", "tables", List.of(Workload.TABLE));
            List<Peer> peers = List.of(
                    readers.sluice(JvmPeer.SLUICE, Map.of("out", wanting), rows / ONE_IN),
                    readers.sluice("drain", SlotReaders.JSON));
            return List.of(bed.compare(shape, "", Unit.ROWS_PER_SECOND, rows, peers));
        }
    }
}
