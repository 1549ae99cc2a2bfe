package dev.sluice.bench.big;

import dev.sluice.bench.StateDirectory;
import dev.sluice.bench.child.ChildJvm;
import dev.sluice.bench.child.Job.PipelineJob;
import dev.sluice.bench.child.JobResult;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.BenchServer;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Applied to another PostgreSQL, as the one transaction that it is. */
final class AppliedPassage implements Passage {
    private final Backlog backlog;
    private final BenchServer target;
    private final List<String> options;
    private final Map<String, Object> config;

    AppliedPassage(Backlog backlog, BenchServer target, List<String> options, StateDirectory states)
            throws IOException {
        this.backlog = backlog;
        this.target = target;
        this.options = options;
        this.config = backlog.configuration(
                states.fresh(), "sluice_bench_applied", Map.of("type", "postgres", "url", target.url()));
    }

    @Override
    public String name() {
        return "postgres";
    }

    /** The first copy, of a table that is still empty: it makes the slot, and the table in the target. */
    @Override
    public void prepare() throws IOException, SQLException {
        try (ChildJvm child = new ChildJvm(options)) {
            child.run(new PipelineJob(config, false, backlog.now()));
        }
    }

    @Override
    public Measurement measure() throws IOException, SQLException {
        try (ChildJvm child = new ChildJvm(options)) {
            JobResult result = child.run(new PipelineJob(config, false, backlog.end()));
            return Passage.of(result, Long.parseLong(target.value("SELECT count(*) FROM " + Backlog.SCHEMA + ".rows")));
        }
    }
}
