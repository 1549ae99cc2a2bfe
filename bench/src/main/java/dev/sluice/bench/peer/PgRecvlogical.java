package dev.sluice.bench.peer;

import dev.sluice.bench.Peer;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.ReaderSlot;
import dev.sluice.engine.change.Position;
import dev.sluice.postgres.PostgresEndpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** PostgreSQL's own reader, which writes what comes to {@code /dev/null} without looking at it. For one thread. */
public final class PgRecvlogical implements Peer {
    public static final String NAME = "pg_recvlogical";

    private final Backlog backlog;
    private final PostgresEndpoint endpoint;
    private final ClientProgram program = new ClientProgram(NAME);

    /** @param url of the server: over TCP or over its Unix socket */
    public PgRecvlogical(Backlog backlog, String url) {
        this.backlog = backlog;
        this.endpoint = PostgresEndpoint.parse(url, null);
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> missing() {
        return program.missing();
    }

    @Override
    public Map<String, Object> about() throws IOException {
        return Map.of("version", program.version());
    }

    @Override
    public Measurement measure(int round) throws Exception {
        try (ReaderSlot slot = backlog.slot(NAME + "_" + round)) {
            ProcessBuilder builder = program.process(endpoint, arguments(slot.name()));
            builder.redirectErrorStream(true);
            long started = System.nanoTime();
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int status = process.waitFor();
            Duration time = Duration.ofNanos(System.nanoTime() - started);
            if (status != 0) {
                throw new IOException(NAME + " ended with status " + status + ": " + output.strip());
            }
            return new Measurement(backlog.rows(), time, Map.of());
        }
    }

    private List<String> arguments(String slot) {
        return List.of(
                "--slot=" + slot,
                "--start",
                "--endpos=" + Position.formatLsn(backlog.end().lsn()),
                "--no-loop",
                "--file=/dev/null",
                "--option=proto_version=1",
                "--option=publication_names=" + backlog.workload().name());
    }
}
