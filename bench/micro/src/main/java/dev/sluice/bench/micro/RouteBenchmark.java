package dev.sluice.bench.micro;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.route.Route;
import dev.sluice.engine.route.RouteConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.annotations.Benchmark;

/** What a lane does to a batch before its sink sees it. Scores are per row that there was, not per row that is left. */
@SuppressWarnings("NullAway.Init") // prepare() comes first
public class RouteBenchmark extends RowBenchmark {
    private static final int EVERY = 100;

    private final Route tables = Route.of(new RouteConfig(List.of("public.wanted"), null, null));
    private final Route operations = Route.of(new RouteConfig(null, List.of("delete"), null));
    private final Route columns =
            Route.of(new RouteConfig(null, null, Map.of("public.*", List.of("*", "!note", "!text_17"))));
    private ChangeBatch twoTables;
    private ChangeBatch mixed;

    @Override
    public void prepare(RowShape shape) {
        List<Relation> cycle = new ArrayList<>(Collections.nCopies(EVERY, shape.relation("others")));
        cycle.set(EVERY / 2, shape.relation("wanted"));
        twoTables = SampleRows.inserts(shape).batch(cycle);
        mixed = SampleRows.mixture(shape).batch();
    }

    /** A table to which one change of a hundred belongs. */
    @Benchmark
    public ChangeBatch tables() {
        return tables.apply(twoTables);
    }

    /** Deletes, one change of ten. */
    @Benchmark
    public ChangeBatch operations() {
        return operations.apply(mixed);
    }

    /** All changes, one column less. */
    @Benchmark
    public ChangeBatch columns() {
        return columns.apply(mixed);
    }
}
