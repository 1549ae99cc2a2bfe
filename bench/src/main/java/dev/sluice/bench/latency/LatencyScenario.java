package dev.sluice.bench.latency;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.Scenario;
import dev.sluice.bench.peer.DebeziumPeer;
import dev.sluice.bench.peer.Subscription;
import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Unit;
import dev.sluice.bench.server.Shape;
import dev.sluice.bench.server.Target;
import dev.sluice.bench.server.Workload;
import java.util.ArrayList;
import java.util.List;

/**
 * How long a change takes from just before its transaction is sent to the source until it is durable in the sink, under a
 * steady load of 1,000 small transactions a second: as JSON in a null sink, and as a row that can be seen in another
 * PostgreSQL.
 */
public final class LatencyScenario implements Scenario {
    @Override
    public String name() {
        return "latency";
    }

    @Override
    public String question() {
        return "how long a change takes from its commit until it is durable in the sink, at 1,000 transactions a second";
    }

    @Override
    public List<String> peers() {
        return List.of(DebeziumPeer.NAME, Subscription.NAME);
    }

    @Override
    public long rows() {
        return 30_000;
    }

    @Override
    public List<Comparison> measure(Bed bed, Shape shape) throws Exception {
        long counted = bed.rows(shape);
        long uncounted = Math.max(1, counted / 3);
        try (Workload workload = Workload.stamped(bed.source(), shape)) {
            bed.say("1,000 transactions a second, %,d that count after %,d, %s", counted, uncounted, shape.label());
            Streams streams = new Streams(bed, workload, counted, uncounted);
            List<Peer> discarding = new ArrayList<>();
            discarding.add(streams.sluiceToNothing());
            if (bed.wants(DebeziumPeer.NAME)) {
                discarding.add(streams.debezium());
            }
            Comparison discarded = bed.compare(shape, "", Unit.MILLIS_P99, counted, discarding);
            try (Target target = new Target(bed.target(), workload, 0)) {
                List<Peer> applying = new ArrayList<>();
                applying.add(streams.sluiceToPostgres(target));
                if (bed.wants(Subscription.NAME)) {
                    applying.add(streams.subscription(target));
                }
                return List.of(discarded, bed.compare(shape, "postgres", Unit.MILLIS_P99, counted, applying));
            }
        }
    }
}
