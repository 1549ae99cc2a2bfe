package dev.sluice.sink.postgres;

import dev.sluice.bench.micro.RowBenchmark;
import dev.sluice.bench.micro.RowShape;
import dev.sluice.bench.micro.SampleRows;
import dev.sluice.engine.change.ChangeBatch;
import java.sql.SQLException;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;

/** From a batch to the statements that a PostgreSQL target gets, parameters included. */
@SuppressWarnings("NullAway.Init") // prepare() comes first
public class FoldBenchmark extends RowBenchmark {
    private TableMapping mapping;
    private TableMapping copyMapping;
    private long written;
    private ChangeBatch inserts;
    private ChangeBatch mixed;

    @Override
    public void prepare(RowShape shape) {
        SampleRows rows = SampleRows.inserts(shape);
        mapping = Targets.mapping(rows.relation());
        copyMapping = mapping.forCopying();
        inserts = rows.batch();
        mixed = SampleRows.mixture(shape).batch();
    }

    @Benchmark
    public List<?> inserts() {
        return fold(inserts, mapping);
    }

    /** With updates and deletes. */
    @Benchmark
    public List<?> mixed() {
        return fold(mixed, mapping);
    }

    /** A large batch: rows that are new become lines of COPY. @return bytes written */
    @Benchmark
    public long copies() throws SQLException {
        written = 0;
        for (Statement statement : fold(inserts, copyMapping)) {
            if (statement.rows() != null) {
                statement.rows().writeTo((bytes, offset, length) -> written += length);
            }
        }
        return written;
    }

    private static List<Statement> fold(ChangeBatch batch, TableMapping mapping) {
        return BatchFold.fold(batch, 0, batch.size(), relation -> mapping);
    }
}
