package dev.sluice.sink.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.micro.RowShape;
import dev.sluice.bench.micro.SampleRows;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SinkBenchmarksTest {
    @ParameterizedTest
    @EnumSource
    void linesAreWritten(RowShape shape) throws Exception {
        CopyLinesBenchmark benchmark = new CopyLinesBenchmark();
        benchmark.prepare(shape);
        long whole = SampleRows.inserts(shape).copied().bytes().length;
        assertThat(benchmark.pass()).isEqualTo(whole);
        assertThat(benchmark.rewrite()).isEqualTo(benchmark.rewrite()).isBetween(whole / 2, whole - 1_000);
    }

    @ParameterizedTest
    @EnumSource
    void insertsBecomeOneStatementAndDeletesAnother(RowShape shape) {
        FoldBenchmark benchmark = new FoldBenchmark();
        benchmark.prepare(shape);
        assertThat(benchmark.inserts()).hasSize(1).hasSameSizeAs(benchmark.inserts());
        assertThat(benchmark.mixed()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource
    void insertsOfALargeBatchBecomeLines(RowShape shape) throws Exception {
        FoldBenchmark benchmark = new FoldBenchmark();
        benchmark.prepare(shape);
        assertThat(benchmark.copies())
                .isEqualTo(benchmark.copies())
                .isEqualTo(SampleRows.inserts(shape).copied().bytes().length);
    }
}
