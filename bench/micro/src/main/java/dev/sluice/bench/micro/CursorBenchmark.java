package dev.sluice.bench.micro;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.TupleCursor;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;

/** Walking over the values of rows, which is what every sink does that looks at them. */
@SuppressWarnings("NullAway.Init") // prepare() comes first
public class CursorBenchmark extends RowBenchmark {
    private final TupleCursor cursor = new TupleCursor();
    private ChangeBatch streamed;
    private ChangeBatch fewColumns;
    private ChangeBatch copied;

    @Override
    public void prepare(RowShape shape) {
        SampleRows rows = SampleRows.inserts(shape);
        streamed = rows.batch();
        fewColumns = streamed.withRelations(CursorBenchmark::firstAndLast);
        copied = rows.copied();
    }

    private static Relation firstAndLast(Relation relation) {
        int last = relation.columns().size() - 1;
        return new Relation(
                relation.oid(),
                relation.schema(),
                relation.name(),
                relation.identity(),
                List.of(relation.columns().get(0), relation.columns().get(last)));
    }

    /** @return bytes in the values, and number of values */
    @Benchmark
    public long streamed() {
        return walk(streamed);
    }

    /** A route let the first and the last column through. */
    @Benchmark
    public long fewColumns() {
        return walk(fewColumns);
    }

    /** Lines of COPY's text format. */
    @Benchmark
    public long copied() {
        return walk(copied);
    }

    private long walk(ChangeBatch batch) {
        long sum = 0;
        for (int change = 0; change < batch.size(); change++) {
            cursor.toRow(batch, change);
            while (cursor.next()) {
                sum += cursor.length() + 1;
            }
        }
        return sum;
    }
}
