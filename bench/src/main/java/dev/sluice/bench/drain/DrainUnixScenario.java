package dev.sluice.bench.drain;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.Scenario;
import dev.sluice.bench.peer.PgRecvlogical;
import dev.sluice.bench.peer.SlotReaders;
import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Unit;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.Shape;
import dev.sluice.bench.server.Workload;
import java.util.ArrayList;
import java.util.List;

/** {@link DrainScenario} over a Unix socket, which costs the server far less for each of its many sends. */
public final class DrainUnixScenario implements Scenario {
    @Override
    public String name() {
        return "drain-unix";
    }

    @Override
    public String question() {
        return "the same over the server's Unix socket";
    }

    @Override
    public List<String> peers() {
        return List.of(PgRecvlogical.NAME);
    }

    @Override
    public List<Comparison> measure(Bed bed, Shape shape) throws Exception {
        String url = bed.source()
                .unixUrl()
                .orElseThrow(() -> new IllegalStateException("for drain-unix the --source must name a Unix socket:"
                        + " postgresql://user@/database?host=/directory"));
        try (Workload workload = Workload.of(bed.source(), shape)) {
            bed.say("writing a backlog of %,d rows, %s", bed.rows(shape), shape.label());
            Backlog backlog = workload.insert(bed.rows(shape));
            List<Peer> peers = new ArrayList<>();
            peers.add(new SlotReaders(bed, backlog, url).sluice());
            if (bed.wants(PgRecvlogical.NAME)) {
                peers.add(new PgRecvlogical(backlog, url));
            }
            return List.of(bed.compare(shape, "", Unit.ROWS_PER_SECOND, backlog.rows(), peers));
        }
    }
}
