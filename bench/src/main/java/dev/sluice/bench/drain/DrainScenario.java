package dev.sluice.bench.drain;

import dev.sluice.bench.BenchSettings;
import dev.sluice.bench.ClosingLines;
import dev.sluice.bench.Peer;
import dev.sluice.bench.Rounds;
import dev.sluice.bench.Scenario;
import dev.sluice.bench.StateDirectory;
import dev.sluice.bench.child.Job;
import dev.sluice.bench.child.Job.DriverJob;
import dev.sluice.bench.child.Job.PipelineJob;
import dev.sluice.bench.report.Environment;
import dev.sluice.bench.report.PeerResult;
import dev.sluice.bench.report.Report;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.BenchServer;
import java.io.IOException;
import java.sql.Connection;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A backlog of committed rows is read from its slot until the last of them is durable: with Sluice as JSON into the null
 * sink, by others into nothing.
 */
public final class DrainScenario implements Scenario {
    static final String SLUICE = "sluice";
    static final String PGJDBC = "pgjdbc";

    private static final long ROWS = 1_000_000;
    private static final long ROWS_PER_TRANSACTION = 1_000;

    @Override
    public String name() {
        return "drain";
    }

    @Override
    public String question() {
        return "how fast a backlog of committed rows is read from its slot, encoded as JSON, into the null sink";
    }

    @Override
    public List<String> peers() {
        return List.of(PgRecvlogical.NAME, PGJDBC);
    }

    @Override
    public Report run(BenchSettings settings, Progress progress) throws Exception {
        Instant startedAt = Instant.now();
        long rows = settings.rows().orElse(ROWS);
        progress.say("starting a server");
        try (BenchServer server = BenchServer.open(settings.source());
                Backlog backlog = new Backlog(server);
                StateDirectory states = new StateDirectory()) {
            progress.say(String.format(Locale.ROOT, "writing a backlog of %,d rows", rows));
            backlog.write(rows, ROWS_PER_TRANSACTION);
            Rounds rounds = new Rounds(progress);
            List<PeerResult> results = rounds.measure(peers(settings, backlog, states), settings.rounds());
            return new Report(
                    name(),
                    startedAt,
                    environment(server),
                    described(settings, backlog),
                    results,
                    rounds.skipped(),
                    ClosingLines.of(name(), results),
                    true);
        }
    }

    private static List<Peer> peers(BenchSettings settings, Backlog backlog, StateDirectory states) {
        List<Peer> peers = new ArrayList<>();
        peers.add(new JavaPeer(SLUICE, backlog, settings, slot -> sluice(backlog, slot, states)));
        for (String name : settings.peers()) {
            peers.add(
                    name.equals(PGJDBC)
                            ? new JavaPeer(PGJDBC, backlog, settings, slot -> pgjdbc(backlog, slot))
                            : new PgRecvlogical(backlog));
        }
        return peers;
    }

    private static Job sluice(Backlog backlog, String slot, StateDirectory states) throws IOException {
        Map<String, Object> config =
                backlog.configuration(states.fresh(), slot, Map.of("type", "null", "encode", "json"));
        return new PipelineJob(config, true, backlog.end());
    }

    private static Job pgjdbc(Backlog backlog, String slot) {
        return new DriverJob(backlog.server().url(), slot, Backlog.PUBLICATION, backlog.end());
    }

    private static Environment environment(BenchServer server) throws Exception {
        try (Connection connection = server.connect()) {
            return Environment.of(connection);
        }
    }

    private static Map<String, Object> described(BenchSettings settings, Backlog backlog) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("rows", backlog.rows());
        described.put("rowsPerTransaction", ROWS_PER_TRANSACTION);
        described.put("rounds", settings.rounds());
        described.put("heap", settings.heap().orElse(JavaPeer.HEAP));
        described.put(
                "jvm",
                settings.warmUps() == 0
                        ? "a fresh process for each round; its start-up is not counted, compiling is (cold)"
                        : "a fresh process for each round, warmed up by uncounted drains: " + settings.warmUps());
        described.put("javaOptions", String.join(" ", settings.javaOptions()));
        described.put("server", settings.source().isPresent() ? "given" : "embedded");
        return described;
    }
}
