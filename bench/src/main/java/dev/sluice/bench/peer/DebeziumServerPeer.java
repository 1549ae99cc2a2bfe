package dev.sluice.bench.peer;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.debezium.DebeziumServerProcess;
import dev.sluice.bench.debezium.ServerDatabase;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.report.ResidentMemory;
import dev.sluice.bench.report.Sample;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.BenchServer;
import dev.sluice.bench.server.ReaderSlot;
import dev.sluice.bench.server.Target;
import dev.sluice.bench.server.Workload;
import dev.sluice.engine.config.Secret;
import dev.sluice.postgres.PostgresEndpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Debezium Server with its JDBC sink. It takes seconds to start, which do not count: the clock runs from when its first rows
 * can be seen in the target until a fifth of the backlog is there, since it takes its time. For one thread.
 */
public final class DebeziumServerPeer implements Peer {
    public static final String NAME = "debezium-server";

    private static final int PART = 5;
    private static final long LOOK_NANOS = 20_000_000;
    private static final long PATIENCE_MINUTES = 10;
    private static final String HEAP = "1g";

    /** Rows arrive in the order of their numbers, so the greatest one tells how far it is, and costs nothing to ask for. */
    private static final String GREATEST = "SELECT coalesce(max(id), 0) FROM " + Workload.TABLE;

    private final Bed bed;
    private final Backlog backlog;
    private final Target target;
    private final DebeziumModule module = DebeziumModule.find();

    public DebeziumServerPeer(Bed bed, Backlog backlog, Target target) {
        this.bed = bed;
        this.backlog = backlog;
        this.target = target;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> missing() {
        Optional<String> notBuilt = module.missing();
        return notBuilt.isPresent() ? notBuilt : DebeziumServerProcess.missing(module.server());
    }

    @Override
    public Map<String, Object> about() {
        Map<String, Object> about = new LinkedHashMap<>();
        about.put("version", DebeziumServerProcess.version(module.server()));
        about.put("heap", HEAP);
        about.put("measured", "over the first fifth of the backlog, from when it first wrote");
        about.putAll(DebeziumServerProcess.settings());
        return about;
    }

    @Override
    public Measurement measure(int round) throws Exception {
        target.empty();
        target.fill();
        Backlog.Part part = backlog.part(Math.max(1, backlog.rows() / PART));
        Path directory = bed.state();
        String schema = backlog.workload().name();
        try (ReaderSlot slot = backlog.slot("debezium_server_" + round);
                DebeziumServerProcess server = new DebeziumServerProcess(
                        module.server(),
                        database(backlog.workload().server()),
                        database(target.server()),
                        slot.name(),
                        schema,
                        schema,
                        directory,
                        HEAP)) {
            server.start();
            return watch(server, part);
        }
    }

    private static ServerDatabase database(BenchServer server) {
        PostgresEndpoint endpoint = server.endpoint();
        Secret password = endpoint.password();
        return new ServerDatabase(
                endpoint.host(),
                endpoint.port(),
                endpoint.user(),
                password == null ? null : password.value(),
                endpoint.database());
    }

    private Measurement watch(DebeziumServerProcess server, Backlog.Part part) throws SQLException, IOException {
        long patience = System.nanoTime() + TimeUnit.MINUTES.toNanos(PATIENCE_MINUTES);
        List<Sample> samples = new ArrayList<>();
        long before = 0;
        long startedNanos = 0;
        try (Connection connection = target.server().connect();
                PreparedStatement query = connection.prepareStatement(GREATEST)) {
            while (true) {
                long changes = changes(query);
                long now = System.nanoTime();
                if (startedNanos == 0 && changes > 0) {
                    before = changes;
                    startedNanos = now;
                }
                if (startedNanos != 0) {
                    long millis = (now - startedNanos) / 1_000_000;
                    samples.add(new Sample(millis, changes - before, ResidentMemory.now(server.pid())));
                    if (changes >= part.rows() && changes > before) {
                        return measured(server, changes - before, now - startedNanos, samples);
                    }
                }
                if (!server.isAlive() || now > patience) {
                    throw new IllegalStateException("it stopped, or did not come to the end in " + PATIENCE_MINUTES
                            + " minutes: " + server.logTail());
                }
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    /** How many of the backlog's changes it has applied. */
    private long changes(PreparedStatement query) throws SQLException {
        try (ResultSet row = query.executeQuery()) {
            row.next();
            return Math.round(Math.max(0, row.getLong(1) - target.filled()) * backlog.changesPerInsert());
        }
    }

    private static Measurement measured(DebeziumServerProcess server, long rows, long nanos, List<Sample> samples) {
        Map<String, Object> details = Map.of(Measurement.PEAK_MEMORY, ResidentMemory.peak(server.pid()));
        return new Measurement(rows, Duration.ofNanos(nanos), details, samples, null);
    }
}
