package dev.sluice.bench.peer;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.child.ChildJvm;
import dev.sluice.bench.child.Job.AdoptJob;
import dev.sluice.bench.child.Job.End;
import dev.sluice.bench.child.Job.PipelineJob;
import dev.sluice.bench.child.Job.Start;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.report.Sample;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.ReaderSlot;
import dev.sluice.bench.server.Target;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Those that read a backlog from its slot and apply it to another PostgreSQL. For one thread. */
public final class Appliers {
    private final Bed bed;
    private final Backlog backlog;
    private final Target target;

    public Appliers(Bed bed, Backlog backlog, Target target) {
        this.bed = bed;
        this.backlog = backlog;
        this.target = target;
    }

    public Peer sluice() {
        return JvmPeer.of(JvmPeer.SLUICE, bed, this::apply);
    }

    /** Sluice in a process that has done nothing before. */
    public Peer coldSluice(String name) {
        return JvmPeer.selfWarming(name, bed, this::apply);
    }

    private Measurement apply(ChildJvm child, String run) throws Exception {
        target.empty();
        try (ReaderSlot slot = backlog.slot(run)) {
            Map<String, Object> config = backlog.workload()
                    .configuration(backlog.workload().server().url(), bed.state(), slot.name(), sink(target));
            child.run(new AdoptJob(config));
            target.fill();
            PipelineJob job = new PipelineJob(config, Start.SINKS, new End.At(backlog.end()));
            Measurement measured = child.run(job).measurement(backlog.rows());
            target.require(backlog.fingerprint(), JvmPeer.SLUICE);
            return measured;
        }
    }

    /** The sinks of a pipeline that writes to a target. */
    public static Map<String, Map<String, Object>> sink(Target target) {
        return Map.of("out", Map.of("type", "postgres", "url", target.server().url()));
    }

    public Peer subscription() {
        return new Peer() {
            @Override
            public String name() {
                return Subscription.NAME;
            }

            @Override
            public Measurement measure(int round) throws Exception {
                target.empty();
                target.fill();
                return subscribe("subscription_" + round);
            }

            @Override
            public Map<String, Object> about() throws SQLException {
                return Subscription.about(target.server());
            }
        };
    }

    private Measurement subscribe(String run) throws SQLException {
        try (ReaderSlot slot = backlog.slot(run)) {
            long started = System.nanoTime();
            try (Subscription subscription = Subscription.from(target.server(), backlog.workload(), slot.name())) {
                List<Sample> samples = subscription.awaitApplied(backlog.start(), backlog.end(), backlog.rows());
                Duration time = Duration.ofNanos(System.nanoTime() - started);
                target.require(backlog.fingerprint(), Subscription.NAME);
                return new Measurement(backlog.rows(), time, Map.of(), samples, null);
            }
        }
    }
}
