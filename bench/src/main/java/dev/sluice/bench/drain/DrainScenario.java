package dev.sluice.bench.drain;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.Scenario;
import dev.sluice.bench.peer.DebeziumPeer;
import dev.sluice.bench.peer.PgRecvlogical;
import dev.sluice.bench.peer.SlotReaders;
import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Unit;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.Shape;
import dev.sluice.bench.server.Workload;
import java.util.ArrayList;
import java.util.List;

/**
 * A backlog of committed rows is read from its slot until the last of them is durable: with Sluice as JSON into the null
 * sink, by others into nothing, or as JSON into nothing.
 */
public final class DrainScenario implements Scenario {
    @Override
    public String name() {
        return "drain";
    }

    @Override
    public String question() {
        return "how fast a backlog of committed rows is read from its slot, encoded as JSON, into the null sink";
    }

    @Override
    public List<String> peers() {
        return List.of(PgRecvlogical.NAME, SlotReaders.PGJDBC, DebeziumPeer.NAME);
    }

    @Override
    public List<Comparison> measure(Bed bed, Shape shape) throws Exception {
        try (Workload workload = Workload.of(bed.source(), shape)) {
            bed.say("writing a backlog of %,d rows, %s", bed.rows(shape), shape.label());
            Backlog backlog = workload.insert(bed.rows(shape));
            String url = bed.source().url();
            SlotReaders readers = new SlotReaders(bed, backlog, url);
            List<Peer> peers = new ArrayList<>();
            peers.add(readers.sluice());
            if (bed.wants(PgRecvlogical.NAME)) {
                peers.add(new PgRecvlogical(backlog, url));
            }
            if (bed.wants(SlotReaders.PGJDBC)) {
                peers.add(readers.pgjdbc());
            }
            if (bed.wants(DebeziumPeer.NAME)) {
                peers.add(DebeziumPeer.draining(bed, backlog));
            }
            return List.of(bed.compare(shape, "", Unit.ROWS_PER_SECOND, backlog.rows(), peers));
        }
    }
}
