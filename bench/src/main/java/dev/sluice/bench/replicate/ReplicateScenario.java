package dev.sluice.bench.replicate;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.Scenario;
import dev.sluice.bench.peer.Appliers;
import dev.sluice.bench.peer.DebeziumServerPeer;
import dev.sluice.bench.peer.Subscription;
import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Unit;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.Shape;
import dev.sluice.bench.server.Target;
import dev.sluice.bench.server.Workload;
import java.util.ArrayList;
import java.util.List;

/**
 * A backlog is applied to another PostgreSQL: first inserts alone, then a mixture of updates, inserts and deletes of the rows
 * that are there by then. After each run the target has to hold exactly what the source held.
 */
public final class ReplicateScenario implements Scenario {
    @Override
    public String name() {
        return "replicate";
    }

    @Override
    public String question() {
        return "how fast a backlog is applied to another PostgreSQL";
    }

    @Override
    public List<String> peers() {
        return List.of(Subscription.NAME, DebeziumServerPeer.NAME);
    }

    @Override
    public List<Comparison> measure(Bed bed, Shape shape) throws Exception {
        long rows = bed.rows(shape);
        try (Workload workload = Workload.of(bed.source(), shape)) {
            bed.say("writing a backlog of %,d rows, %s", rows, shape.label());
            Comparison inserts = compare(bed, "", workload, workload.insert(rows), 0);
            bed.say("writing a mixture of %,d updates, inserts and deletes, %s", rows, shape.label());
            Comparison mixture = compare(bed, "mix", workload, workload.mix(rows), rows);
            return List.of(inserts, mixture);
        }
    }

    private static Comparison compare(Bed bed, String part, Workload workload, Backlog backlog, long filled)
            throws Exception {
        try (Target target = new Target(bed.target(), workload, filled)) {
            Appliers appliers = new Appliers(bed, backlog, target);
            List<Peer> peers = new ArrayList<>();
            peers.add(appliers.sluice());
            if (bed.wants(Subscription.NAME)) {
                peers.add(appliers.subscription());
            }
            if (bed.wants(DebeziumServerPeer.NAME)) {
                peers.add(new DebeziumServerPeer(bed, backlog, target));
            }
            return bed.compare(workload.shape(), part, Unit.ROWS_PER_SECOND, backlog.rows(), peers);
        }
    }
}
