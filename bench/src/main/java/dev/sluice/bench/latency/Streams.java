package dev.sluice.bench.latency;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.child.ChildJvm;
import dev.sluice.bench.child.Job.AdoptJob;
import dev.sluice.bench.child.Job.End;
import dev.sluice.bench.child.Job.PipelineJob;
import dev.sluice.bench.child.Job.Start;
import dev.sluice.bench.child.JobResult;
import dev.sluice.bench.peer.Appliers;
import dev.sluice.bench.peer.DebeziumPeer;
import dev.sluice.bench.peer.JvmPeer;
import dev.sluice.bench.peer.Subscription;
import dev.sluice.bench.report.Latencies;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.server.ReaderSlot;
import dev.sluice.bench.server.Target;
import dev.sluice.bench.server.Workload;
import io.vertx.core.json.JsonObject;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Those that follow a source under a steady load, each with a load of its own. For one thread. */
final class Streams {
    private final Bed bed;
    private final Workload workload;
    private final long counted;
    private final long uncounted;
    private long nextId = 1;

    Streams(Bed bed, Workload workload, long counted, long uncounted) {
        this.bed = bed;
        this.workload = workload;
        this.counted = counted;
        this.uncounted = uncounted;
    }

    private long all() {
        return uncounted + counted;
    }

    private Load load() throws SQLException {
        Load load = new Load(workload, nextId, all());
        nextId += all();
        return load;
    }

    Peer sluiceToNothing() {
        return JvmPeer.selfWarming(JvmPeer.SLUICE, bed, (child, run) -> {
            try (ReaderSlot slot = workload.slot(run)) {
                Map<String, Object> config = workload.configuration(
                        workload.server().url(),
                        bed.state(),
                        slot.name(),
                        Map.of("out", Map.of("type", "probe", "column", Workload.SENT)));
                return discard(child, new PipelineJob(config, Start.SLOT, new End.After(all(), uncounted)).toJson());
            }
        });
    }

    Peer debezium() {
        return DebeziumPeer.following(bed, workload, all(), uncounted, this::discard);
    }

    private Measurement discard(ChildJvm child, JsonObject job) throws Exception {
        try (Load load = load()) {
            JobResult result = child.run(job, load::go);
            return measured(
                    result.measurement(all()), Objects.requireNonNull(result.latencies(), "no latencies"), load);
        }
    }

    Peer sluiceToPostgres(Target target) {
        return JvmPeer.selfWarming(JvmPeer.SLUICE, bed, (child, run) -> {
            target.empty();
            try (ReaderSlot slot = workload.slot(run)) {
                Map<String, Object> config = workload.configuration(
                        workload.server().url(), bed.state(), slot.name(), Appliers.sink(target));
                child.run(new AdoptJob(config));
                JsonObject job = new PipelineJob(config, Start.SINKS, new End.After(all(), uncounted)).toJson();
                return apply(child, job, target);
            }
        });
    }

    /** The process only follows; what arrives is seen from here. */
    private Measurement apply(ChildJvm child, JsonObject job, Target target) throws Exception {
        long first = nextId;
        try (Load load = load();
                TargetWatch watch = new TargetWatch(target.server(), first)) {
            CompletableFuture<JobResult> following = new CompletableFuture<>();
            Thread thread = new Thread(
                    () -> {
                        try {
                            following.complete(child.run(job, load::go));
                        } catch (Exception error) {
                            following.completeExceptionally(error);
                        }
                    },
                    "sluice-bench-child");
            thread.start();
            Latencies latencies = watch.awaitAll(all(), uncounted, () -> !following.isCompletedExceptionally());
            try {
                return measured(following.join().measurement(all()), latencies, load);
            } catch (CompletionException failed) {
                throw new IllegalStateException("sluice stopped: " + failed.getMessage(), failed);
            }
        }
    }

    Peer subscription(Target target) {
        return new Peer() {
            @Override
            public String name() {
                return Subscription.NAME;
            }

            @Override
            public Measurement measure(int round) throws Exception {
                target.empty();
                return subscribe(target, "subscription_" + round);
            }

            @Override
            public Map<String, Object> about() throws SQLException {
                return Subscription.about(target.server());
            }
        };
    }

    @SuppressWarnings("try") // the subscription works as long as it is open
    private Measurement subscribe(Target target, String run) throws SQLException {
        long first = nextId;
        try (ReaderSlot slot = workload.slot(run);
                Subscription subscription = Subscription.from(target.server(), workload, slot.name());
                Load load = load();
                TargetWatch watch = new TargetWatch(target.server(), first)) {
            watch.awaitFirst();
            load.go();
            Latencies latencies = watch.awaitAll(all(), uncounted, () -> true);
            return measured(new Measurement(all(), load.await(), Map.of()), latencies, load);
        }
    }

    /** With the rate that the load really had: a source that was too slow for it would flatter the peer. */
    private Measurement measured(Measurement measured, Latencies latencies, Load load) {
        Map<String, Object> details = new LinkedHashMap<>(measured.details());
        details.put(
                "transactionsPerSecond", Math.round((all() - 1) / (load.await().toNanos() / 1e9)));
        return new Measurement(measured.rows(), measured.time(), details, measured.samples(), latencies);
    }
}
