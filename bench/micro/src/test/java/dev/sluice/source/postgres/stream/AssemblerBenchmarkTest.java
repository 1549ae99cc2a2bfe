package dev.sluice.source.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.micro.RowShape;
import dev.sluice.bench.micro.SampleRows;
import dev.sluice.engine.change.ChangeBatch;
import java.sql.SQLException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AssemblerBenchmarkTest {
    @ParameterizedTest
    @EnumSource
    void eachCallMakesABatchOfAllRows(RowShape shape) throws SQLException {
        AssemblerBenchmark benchmark = new AssemblerBenchmark();
        benchmark.prepare(shape);
        ChangeBatch first = benchmark.assemble();
        ChangeBatch second = benchmark.assemble();
        assertThat(first.size()).isEqualTo(SampleRows.COUNT);
        assertThat(second.size()).isEqualTo(SampleRows.COUNT);
        assertThat(second.bytes())
                .isEqualTo(SampleRows.inserts(shape).batch().bytes())
                .isEqualTo(first.bytes());
        assertThat(second.last()).isGreaterThan(first.last());
    }
}
