package dev.sluice.sink.postgres;

import dev.sluice.bench.micro.RowBenchmark;
import dev.sluice.bench.micro.RowShape;
import dev.sluice.bench.micro.SampleRows;
import dev.sluice.engine.change.ChangeBatch;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;

/** From a batch to the statements that a PostgreSQL target gets, parameters included. */
@SuppressWarnings("NullAway.Init") // prepare() comes first
public class FoldBenchmark extends RowBenchmark {
    private TableMapping mapping;
    private ChangeBatch inserts;
    private ChangeBatch mixed;

    @Override
    public void prepare(RowShape shape) {
        SampleRows rows = SampleRows.inserts(shape);
        mapping = Targets.mapping(rows.relation());
        inserts = rows.batch();
        mixed = SampleRows.mixture(shape).batch();
    }

    @Benchmark
    public List<?> inserts() {
        return fold(inserts);
    }

    /** With updates and deletes. */
    @Benchmark
    public List<?> mixed() {
        return fold(mixed);
    }

    private List<Statement> fold(ChangeBatch batch) {
        return BatchFold.fold(batch, 0, batch.size(), relation -> mapping);
    }
}
