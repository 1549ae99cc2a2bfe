package dev.sluice.bench.peer;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.child.ChildJvm;
import dev.sluice.bench.child.JobResult;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.ReaderSlot;
import dev.sluice.bench.server.Workload;
import dev.sluice.engine.config.Secret;
import dev.sluice.postgres.PostgresEndpoint;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Debezium's embedded engine with events in JSON, in a Java process with a class path of its own, warmed up like ours but with
 * a fourth of the rows, as it takes its time. For one thread.
 */
public final class DebeziumPeer implements Peer {
    public static final String NAME = "debezium";

    private static final String MAIN = "dev.sluice.bench.debezium.DebeziumChild";
    private static final int WARM_UP_PART = 4;

    private final Bed bed;
    private final DebeziumModule module = DebeziumModule.find();
    private final @Nullable Work warmUp;
    private final Work work;
    private Map<String, Object> about = Map.of();

    /** Does the work once in a process that is up. */
    private interface Work {
        Measurement run(ChildJvm child, String run) throws Exception;
    }

    /** Does a job that is to be measured while something else goes on. */
    @FunctionalInterface
    public interface Following {
        Measurement run(ChildJvm child, JsonObject job) throws Exception;
    }

    private DebeziumPeer(Bed bed, @Nullable Backlog warmUp, @Nullable Backlog backlog, @Nullable Work following) {
        this.bed = bed;
        this.warmUp = warmUp == null
                ? null
                : (child, run) -> drain(child, run, warmUp, warmUp.part(warmUp.rows() / WARM_UP_PART));
        this.work = backlog == null
                ? Objects.requireNonNull(following)
                : (child, run) -> drain(child, run, backlog, backlog.whole());
    }

    /** Reads a backlog after having read the first part of it. */
    public static DebeziumPeer draining(Bed bed, Backlog backlog) {
        return new DebeziumPeer(bed, backlog, backlog, null);
    }

    /** Reads a backlog in a process that has done nothing before. */
    public static DebeziumPeer drainingCold(Bed bed, Backlog backlog) {
        return new DebeziumPeer(bed, null, backlog, null);
    }

    /**
     * Follows a source while rows are written.
     *
     * @param uncounted how many of the rows come before those that count
     */
    public static DebeziumPeer following(Bed bed, Workload workload, long rows, long uncounted, Following following) {
        return new DebeziumPeer(bed, null, null, (child, run) -> {
            try (ReaderSlot slot = workload.slot(run)) {
                JsonObject job = job(workload, slot)
                        .put("rows", rows)
                        .put("latencyColumn", Workload.SENT)
                        .put("warmUpRows", uncounted);
                return following.run(child, job);
            }
        });
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> missing() {
        return module.missing();
    }

    @Override
    public Measurement measure(int round) throws Exception {
        String key = NAME + "_" + round;
        try (ChildJvm child = new ChildJvm(bed.javaOptions(key, round), module.classPath(), MAIN)) {
            Work warming = warmUp;
            if (warming != null) {
                new WarmUp(bed.settings().warmUp()).run(n -> warming.run(child, key + "_warm_up_" + n));
            }
            return work.run(child, key);
        }
    }

    private Measurement drain(ChildJvm child, String run, Backlog backlog, Backlog.Part part) throws Exception {
        try (ReaderSlot slot = backlog.slot(run)) {
            JsonObject job = job(backlog.workload(), slot)
                    .put("rows", part.rows())
                    .put("until", part.until().toString());
            JobResult result = child.run(job, () -> {});
            if (result.changes() < part.rows()) {
                throw new IllegalStateException(
                        NAME + " read " + result.changes() + " rows, but there are " + part.rows());
            }
            about = result.about();
            return result.measurement(part.rows());
        }
    }

    private static JsonObject job(Workload workload, ReaderSlot slot) {
        PostgresEndpoint endpoint = workload.server().endpoint();
        Secret password = endpoint.password();
        return new JsonObject()
                .put("host", endpoint.host())
                .put("port", endpoint.port())
                .put("user", endpoint.user())
                .put("password", password == null ? null : password.value())
                .put("database", endpoint.database())
                .put("slot", slot.name())
                .put("publication", workload.name())
                .put("schema", workload.name());
    }

    @Override
    public Map<String, Object> about() {
        Map<String, Object> all = new LinkedHashMap<>(about);
        all.put("heap", bed.heap());
        return all;
    }
}
