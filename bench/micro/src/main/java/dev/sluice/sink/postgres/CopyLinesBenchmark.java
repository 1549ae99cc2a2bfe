package dev.sluice.sink.postgres;

import dev.sluice.bench.micro.RowBenchmark;
import dev.sluice.bench.micro.RowShape;
import dev.sluice.bench.micro.SampleRows;
import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.route.Route;
import dev.sluice.engine.route.RouteConfig;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;

/** What a first copy into PostgreSQL does to a line. */
@SuppressWarnings("NullAway.Init") // prepare() comes first
public class CopyLinesBenchmark extends RowBenchmark {
    private ChangeBatch whole;
    private ChangeBatch partial;
    private CopyLines passing;
    private CopyLines rewriting;
    private long written;

    @Override
    public void prepare(RowShape shape) {
        SampleRows rows = SampleRows.inserts(shape);
        whole = rows.copied();
        passing = new CopyLines(Targets.mapping(rows.relation()));
        Relation lessOne = without(rows.relation());
        partial = whole.withRelations(relation -> lessOne);
        rewriting = new CopyLines(Targets.mapping(lessOne));
    }

    private static Relation without(Relation relation) {
        return Route.of(new RouteConfig(null, null, Map.of("*.*", List.of("*", "!account", "!number_1"))))
                .shape(relation);
    }

    /** Lines that may go on as they are: only that has to be found out. */
    @Benchmark
    public long pass() throws SQLException {
        return write(passing, whole);
    }

    /** Lines that a route left a column out of, and that are written anew. */
    @Benchmark
    public long rewrite() throws SQLException {
        return write(rewriting, partial);
    }

    /** @return bytes written */
    private long write(CopyLines lines, ChangeBatch batch) throws SQLException {
        written = 0;
        lines.write(batch, (bytes, offset, length) -> written += length);
        return written;
    }
}
