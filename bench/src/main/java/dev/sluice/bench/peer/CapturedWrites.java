package dev.sluice.bench.peer;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.child.Job.End;
import dev.sluice.bench.child.Job.PipelineJob;
import dev.sluice.bench.child.Job.Start;
import dev.sluice.bench.child.JobResult;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.server.BenchServer;
import dev.sluice.bench.server.Workload;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.config.ConfigBinder;
import dev.sluice.engine.config.ConfigNode;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.Source;
import dev.sluice.engine.source.SourceContext;
import dev.sluice.source.postgres.PostgresSourceConfig;
import dev.sluice.source.postgres.PostgresSourceProvider;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes to a source while its changes are noticed in some way, and reads a change log. For one thread. */
public final class CapturedWrites implements AutoCloseable {
    public static final String NONE = "no-capture";
    public static final String SLOT = "slot";

    private static final String PIPELINE = "bench";
    private static final String READER = "sluice_writes";
    private static final Pattern TRANSACTIONS = Pattern.compile("number of transactions actually processed: (\\d+)");
    private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+)");

    private final Bed bed;
    private final Workload workload;
    private final BenchServer server;
    private final boolean hasPgbenchTables;

    public CapturedWrites(Bed bed, Workload workload) throws SQLException {
        this.bed = bed;
        this.workload = workload;
        this.server = workload.server();
        this.hasPgbenchTables = server.value("SELECT to_regclass('pgbench_accounts') IS NOT NULL")
                .equals("t");
    }

    /** How changes are noticed while they are made. The first is ours. */
    public enum Capture {
        CHANGELOG(JvmPeer.SLUICE),
        NOTHING(NONE),
        SLOT(CapturedWrites.SLOT);

        private final String peer;

        Capture(String peer) {
            this.peer = peer;
        }

        /** The name of the peer. */
        public String peer() {
            return peer;
        }
    }

    private interface Work {
        Measurement run(int round) throws Exception;
    }

    private record WritingPeer(String name, Optional<String> missing, Work work) implements Peer {
        @Override
        public Measurement measure(int round) throws Exception {
            return work.run(round);
        }
    }

    /** All rows of the workload's shape in one statement. */
    public Peer insert(Capture capture) {
        return new WritingPeer(capture.peer(), Optional.empty(), round -> {
            server.execute("TRUNCATE " + Workload.TABLE);
            long rows = bed.rows(workload.shape());
            return captured(capture, workload.name() + ".*", () -> {
                try (Connection connection = server.connect();
                        PreparedStatement insert =
                                connection.prepareStatement(workload.shape().insert(Workload.TABLE))) {
                    insert.setLong(1, 1);
                    insert.setLong(2, rows);
                    long started = System.nanoTime();
                    insert.executeUpdate();
                    return new Measurement(rows, Duration.ofNanos(System.nanoTime() - started), Map.of());
                }
            });
        });
    }

    /** pgbench's own transactions, like TPC-B; a "row" of the figures is one of them. */
    public Peer pgbench(Capture capture, int seconds, int scale) {
        ClientProgram program = new ClientProgram("pgbench");
        return new WritingPeer(capture.peer(), program.missing().or(this::overwritten), round -> {
            run(program, List.of("--initialize", "--quiet", "--scale=" + scale));
            return captured(capture, "public.pgbench_*", () -> {
                String output = run(program, List.of("--no-vacuum", "--client=4", "--jobs=2", "--time=" + seconds));
                long transactions = Long.parseLong(find(TRANSACTIONS, output));
                double rate = Double.parseDouble(find(RATE, output));
                return new Measurement(transactions, Duration.ofNanos((long) (transactions / rate * 1e9)), Map.of());
            });
        });
    }

    /** pgbench drops the tables that it makes, of whoever they are. */
    private Optional<String> overwritten() {
        return hasPgbenchTables && !server.isEmbedded()
                ? Optional.of("the source has tables of pgbench, which it would overwrite")
                : Optional.empty();
    }

    /** Drops what pgbench has made. */
    @Override
    public void close() throws SQLException {
        if (!hasPgbenchTables) {
            server.execute("DROP TABLE IF EXISTS pgbench_history, pgbench_accounts, pgbench_tellers, pgbench_branches");
        }
    }

    private String run(ClientProgram program, List<String> arguments) throws IOException, InterruptedException {
        Process process = program.withDatabase(server.endpoint(), arguments)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("pgbench: " + output.strip());
        }
        return output;
    }

    private static String find(Pattern pattern, String output) throws IOException {
        Matcher matcher = pattern.matcher(output);
        if (!matcher.find()) {
            throw new IOException("pgbench printed something else: " + output.strip());
        }
        return matcher.group(1);
    }

    private interface Measured {
        Measurement measure() throws Exception;
    }

    private Measurement captured(Capture capture, String tables, Measured work) throws Exception {
        if (capture == Capture.SLOT) {
            server.execute("SELECT pg_create_logical_replication_slot('" + READER + "', 'pgoutput')");
        }
        Source log = capture == Capture.CHANGELOG ? source(configuration(tables)) : null;
        try {
            if (log != null) {
                begin(log);
            }
            server.execute("CHECKPOINT");
            return work.measure();
        } finally {
            if (log != null) {
                log.origin().teardown(true).block();
                log.close().block();
            }
            if (capture == Capture.SLOT) {
                server.execute("SELECT pg_drop_replication_slot('" + READER + "')");
            }
        }
    }

    /** Reads all rows of the workload from a change log; they are inserted for each round, as what is read is emptied. */
    public Peer drain() {
        return JvmPeer.of(JvmPeer.SLUICE, bed, (child, run) -> {
            server.execute("TRUNCATE " + Workload.TABLE);
            Map<String, Object> configuration = configuration(workload.name() + ".*");
            Source log = source(configuration);
            try {
                begin(log);
                workload.insertUnread(bed.rows(workload.shape()));
                Position end = Objects.requireNonNull(log.origin().now().block());
                Map<String, Object> pipeline = Map.of("source", configuration, "sinks", SlotReaders.JSON);
                Map<String, Object> all =
                        Map.of("state", bed.state().toString(), "pipelines", Map.of(PIPELINE, pipeline));
                JobResult result = child.run(new PipelineJob(all, Start.SLOT, new End.At(end)));
                if (result.changes() != bed.rows(workload.shape())) {
                    throw new IllegalStateException("read " + result.changes() + " rows of the change log");
                }
                return result.measurement(result.changes());
            } finally {
                log.origin().teardown(true).block();
                log.close().block();
            }
        });
    }

    private Map<String, Object> configuration(String tables) {
        Map<String, Object> configuration = new LinkedHashMap<>();
        configuration.put("type", "postgres");
        configuration.put("capture", "changelog");
        configuration.put("url", server.url());
        configuration.put("tables", List.of(tables));
        configuration.put("changelog", Map.of("limit", "100GB"));
        return configuration;
    }

    private static Source source(Map<String, Object> configuration) {
        Map<String, Object> options = new LinkedHashMap<>(configuration);
        options.remove("type");
        PostgresSourceConfig config = ConfigBinder.of(Map.of(), Path.of(""))
                .bind(ConfigNode.of(options, "source"), PostgresSourceConfig.class);
        return new PostgresSourceProvider()
                .create(config, new SourceContext(PIPELINE, new SimpleMeterRegistry(), Clock.systemUTC()));
    }

    /** Installs it, and forgets what another round left. */
    private static void begin(Source log) {
        log.origin().inspect().block(); // refuses somebody else's
        Snapshot snapshot = Objects.requireNonNull(log.origin().snapshot().block());
        snapshot.close().block();
    }
}
