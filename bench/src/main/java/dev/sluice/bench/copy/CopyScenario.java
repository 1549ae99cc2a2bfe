package dev.sluice.bench.copy;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.Scenario;
import dev.sluice.bench.child.ChildJvm;
import dev.sluice.bench.child.Job.End;
import dev.sluice.bench.child.Job.PipelineJob;
import dev.sluice.bench.child.Job.Start;
import dev.sluice.bench.peer.Appliers;
import dev.sluice.bench.peer.CopyPipe;
import dev.sluice.bench.peer.JvmPeer;
import dev.sluice.bench.peer.Subscription;
import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.report.Unit;
import dev.sluice.bench.server.Contents;
import dev.sluice.bench.server.ReaderSlot;
import dev.sluice.bench.server.Shape;
import dev.sluice.bench.server.Target;
import dev.sluice.bench.server.Workload;
import dev.sluice.engine.change.Position;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A table is copied to another PostgreSQL, from the slot that is made to the last row that is there. */
public final class CopyScenario implements Scenario {
    @Override
    public String name() {
        return "copy";
    }

    @Override
    public String question() {
        return "how fast the first copy of a table is made in another PostgreSQL";
    }

    @Override
    public List<String> peers() {
        return List.of(CopyPipe.NAME, Subscription.NAME);
    }

    @Override
    public long rows() {
        return 2_000_000;
    }

    @Override
    public List<Comparison> measure(Bed bed, Shape shape) throws Exception {
        try (Workload workload = Workload.of(bed.source(), shape)) {
            bed.say("writing %,d rows, %s", bed.rows(shape), shape.label());
            workload.load(bed.rows(shape));
            String contents = Contents.of(bed.source(), Workload.TABLE);
            try (Target target = new Target(bed.target(), workload, 0)) {
                List<Peer> peers = new ArrayList<>();
                peers.add(JvmPeer.of(
                        JvmPeer.SLUICE, bed, (child, run) -> sluice(bed, workload, target, contents, child, run)));
                if (bed.wants(CopyPipe.NAME)) {
                    peers.add(new CopyPipe(workload, target, contents));
                }
                if (bed.wants(Subscription.NAME)) {
                    peers.add(new CopyingSubscription(workload, target, contents));
                }
                return List.of(bed.compare(shape, "", Unit.ROWS_PER_SECOND, workload.rows(), peers));
            }
        }
    }

    private static Measurement sluice(
            Bed bed, Workload workload, Target target, String contents, ChildJvm child, String run) throws Exception {
        target.empty();
        try (ReaderSlot slot = workload.slotToBeMade(run)) {
            Position before = workload.server().end();
            Map<String, Object> config =
                    workload.configuration(workload.server().url(), bed.state(), slot.name(), Appliers.sink(target));
            Measurement measured = child.run(new PipelineJob(config, Start.COPY, new End.At(before)))
                    .measurement(workload.rows());
            target.require(contents, JvmPeer.SLUICE);
            return measured;
        }
    }

    /** PostgreSQL's own: the slot that it makes, and the copy that a subscription begins with. */
    private record CopyingSubscription(Workload workload, Target target, String contents) implements Peer {
        @Override
        public String name() {
            return Subscription.NAME;
        }

        @Override
        public Measurement measure(int round) throws Exception {
            target.empty();
            long started = System.nanoTime();
            try (ReaderSlot slot = workload.slot("subscription_" + round)) {
                try (Subscription subscription = Subscription.copying(target.server(), workload, slot.name())) {
                    subscription.awaitCopied();
                    Duration time = Duration.ofNanos(System.nanoTime() - started);
                    target.require(contents, Subscription.NAME);
                    return new Measurement(workload.rows(), time, Map.of());
                }
            }
        }

        @Override
        public Map<String, Object> about() throws SQLException {
            return Subscription.about(target.server());
        }
    }
}
