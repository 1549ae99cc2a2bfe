package dev.sluice.bench.big;

import dev.sluice.bench.StateDirectory;
import dev.sluice.bench.child.ChildJvm;
import dev.sluice.bench.child.Job.PipelineJob;
import dev.sluice.bench.child.JobResult;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.SlotCopy;
import java.io.IOException;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/** Encoded as JSON and thrown away. */
final class DiscardedPassage implements Passage {
    private final Backlog backlog;
    private final List<String> options;
    private final StateDirectory states;

    DiscardedPassage(Backlog backlog, List<String> options, StateDirectory states) {
        this.backlog = backlog;
        this.options = options;
        this.states = states;
    }

    @Override
    public String name() {
        return "null";
    }

    /** The backlog has a slot of its own. */
    @Override
    public void prepare() {}

    @Override
    public Measurement measure() throws IOException, SQLException {
        try (SlotCopy slot = backlog.slot("discarded");
                ChildJvm child = new ChildJvm(options)) {
            Map<String, Object> config =
                    backlog.configuration(states.fresh(), slot.name(), Map.of("type", "null", "encode", "json"));
            JobResult result = child.run(new PipelineJob(config, true, backlog.end()));
            return Passage.of(result, result.changes());
        }
    }
}
