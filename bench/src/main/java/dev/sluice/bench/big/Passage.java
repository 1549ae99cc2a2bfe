package dev.sluice.bench.big;

import dev.sluice.bench.child.JobResult;
import dev.sluice.bench.report.Measurement;
import java.io.IOException;
import java.sql.SQLException;
import java.util.Map;

/** One way for the transaction to go. For one thread. */
interface Passage {
    String name();

    /** Before the transaction is written: whatever must be there for it to be kept for this passage. */
    void prepare() throws IOException, SQLException;

    /** Lets it through; the measurement's rows are those that arrived. */
    Measurement measure() throws IOException, SQLException;

    /** @param arrived how many rows are there now */
    static Measurement of(JobResult result, long arrived) {
        return new Measurement(
                arrived,
                result.time(),
                Map.of(
                        "peakMemoryBytes", result.peakMemoryBytes(),
                        "processorMillis", result.processorTime().toMillis(),
                        "collectionMillis", result.collectionTime().toMillis(),
                        "bytes", result.bytes()));
    }
}
