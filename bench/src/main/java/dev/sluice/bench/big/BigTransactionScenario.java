package dev.sluice.bench.big;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.Scenario;
import dev.sluice.bench.peer.Appliers;
import dev.sluice.bench.peer.DebeziumPeer;
import dev.sluice.bench.peer.JvmPeer;
import dev.sluice.bench.peer.SlotReaders;
import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Unit;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.Shape;
import dev.sluice.bench.server.Target;
import dev.sluice.bench.server.Workload;
import java.util.ArrayList;
import java.util.List;

/**
 * One transaction that is far larger than the heap goes through: read and thrown away, and applied to another PostgreSQL as
 * the one transaction that it is. Passes if every row arrives; nothing is warmed up, since memory is the question.
 */
public final class BigTransactionScenario implements Scenario {
    @Override
    public String name() {
        return "big-transaction";
    }

    @Override
    public String question() {
        return "whether one transaction that is far larger than the heap goes through";
    }

    @Override
    public List<String> peers() {
        return List.of(DebeziumPeer.NAME);
    }

    @Override
    public long rows() {
        return 5_000_000;
    }

    /** It takes minutes, and whether it goes through does not depend on luck. */
    @Override
    public int rounds() {
        return 1;
    }

    @Override
    public String heap() {
        return "256m";
    }

    @Override
    public List<Comparison> measure(Bed bed, Shape shape) throws Exception {
        long rows = bed.rows(shape);
        try (Workload workload = Workload.of(bed.source(), shape)) {
            bed.say("writing one transaction of %,d rows, %s", rows, shape.label());
            Backlog backlog = workload.insertAtOnce(rows);
            SlotReaders readers = new SlotReaders(bed, backlog, bed.source().url());
            List<Peer> discarding = new ArrayList<>();
            discarding.add(readers.coldSluice());
            if (bed.wants(DebeziumPeer.NAME)) {
                discarding.add(DebeziumPeer.drainingCold(bed, backlog));
            }
            Comparison discarded = bed.compare(shape, "", Unit.ROWS_PER_SECOND, rows, discarding);
            try (Target target = new Target(bed.target(), workload, 0)) {
                Peer applying = new Appliers(bed, backlog, target).coldSluice(JvmPeer.SLUICE);
                Comparison applied = bed.compare(shape, "postgres", Unit.ROWS_PER_SECOND, rows, List.of(applying));
                return List.of(discarded, applied);
            }
        }
    }
}
