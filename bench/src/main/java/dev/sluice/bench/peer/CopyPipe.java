package dev.sluice.bench.peer;

import dev.sluice.bench.Peer;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.server.BenchServer;
import dev.sluice.bench.server.Target;
import dev.sluice.bench.server.Workload;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** {@code psql -c "COPY .. TO STDOUT" | psql -c "COPY .. FROM STDIN"}: what one would type. For one thread. */
public final class CopyPipe implements Peer {
    public static final String NAME = "COPY";

    private final Workload workload;
    private final Target target;
    private final String contents;
    private final ClientProgram psql = new ClientProgram("psql");

    /** @param contents of the table, see {@link dev.sluice.bench.server.Contents} */
    public CopyPipe(Workload workload, Target target, String contents) {
        this.workload = workload;
        this.target = target;
        this.contents = contents;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> missing() {
        return psql.missing();
    }

    @Override
    public Map<String, Object> about() throws IOException {
        return Map.of("version", psql.version());
    }

    @Override
    public Measurement measure(int round) throws Exception {
        target.empty();
        long started = System.nanoTime();
        List<Process> both = ProcessBuilder.startPipeline(List.of(
                psql(workload.server(), "COPY " + Workload.TABLE + " TO STDOUT"),
                psql(target.server(), "COPY " + Workload.TABLE + " FROM STDIN")));
        String output = new String(both.get(1).getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        for (Process process : both) {
            if (process.waitFor() != 0) {
                throw new IOException("psql ended with status " + process.exitValue() + ": " + output.strip());
            }
        }
        Duration time = Duration.ofNanos(System.nanoTime() - started);
        target.require(contents, NAME);
        return new Measurement(workload.rows(), time, Map.of());
    }

    private ProcessBuilder psql(BenchServer server, String command) {
        return psql.process(server.endpoint(), List.of("--no-psqlrc", "--set=ON_ERROR_STOP=1", "--command=" + command))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
    }
}
