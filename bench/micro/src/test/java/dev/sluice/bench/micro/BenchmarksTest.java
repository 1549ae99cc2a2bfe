package dev.sluice.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.events.EventBuffer;
import dev.sluice.testkit.change.RecordedChange;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the benchmarks compute, so that none measures nothing. Each is called twice: state must not pile up. */
class BenchmarksTest {
    @ParameterizedTest
    @EnumSource
    void messagesHoldTheRows(RowShape shape) {
        RowMessageBenchmark benchmark = new RowMessageBenchmark();
        benchmark.prepare(shape);
        assertThat(benchmark.read()).isEqualTo(benchmark.read()).isEqualTo(bytes(shape));
    }

    /** Bytes per row on the wire, as docs/benchmarks.md describes the shapes. */
    private static long bytes(RowShape shape) {
        return SampleRows.inserts(shape).batch().bytes().length;
    }

    @ParameterizedTest
    @EnumSource
    void rowsAreOfTheSizeThatTheirShapeHas(RowShape shape) {
        int least =
                switch (shape) {
                    case STANDARD -> 150;
                    case NARROW -> 25;
                    case WIDE -> 1_900;
                };
        assertThat(bytes(shape) / SampleRows.COUNT).isBetween((long) least, least * 3L / 2);
        assertThat(shape.relation("t").columns()).hasSameSizeAs(shape.row(1));
    }

    @ParameterizedTest
    @EnumSource
    void batchesHoldTheRows(RowShape shape) {
        BatchBenchmark benchmark = new BatchBenchmark();
        benchmark.prepare(shape);
        assertThat(benchmark.build()).satisfies(BenchmarksTest::isWhole);
        assertThat(benchmark.build()).satisfies(BenchmarksTest::isWhole);
        assertThat(benchmark.concat()).satisfies(BenchmarksTest::isWhole);
        assertThat(RecordedChange.of(benchmark.concat()))
                .isEqualTo(RecordedChange.of(SampleRows.inserts(shape).batch()));
        assertThat(benchmark.select().size()).isEqualTo(10);
    }

    @ParameterizedTest
    @EnumSource
    void cursorsSeeEveryValue(RowShape shape) {
        CursorBenchmark benchmark = new CursorBenchmark();
        benchmark.prepare(shape);
        int columns = shape.relation("t").columns().size();
        long inHeaders = 2 + columns * (5L - 1); // count, then kind and length of each, of which one byte is counted
        assertThat(benchmark.streamed()).isEqualTo(bytes(shape) - SampleRows.COUNT * inHeaders);
        assertThat(benchmark.copied()).isEqualTo(benchmark.streamed());
        assertThat(benchmark.fewColumns()).isPositive().isLessThan(benchmark.streamed());
    }

    @ParameterizedTest
    @EnumSource
    void eventsAreWritten(RowShape shape) {
        JsonBenchmark benchmark = new JsonBenchmark();
        benchmark.prepare(shape);
        assertThat(count("\"op\":\"c\"", benchmark.streamed())).isEqualTo(1_000);
        assertThat(count("\"op\":\"c\"", benchmark.mixed())).isEqualTo(300);
        assertThat(count("\"op\":\"u\"", benchmark.mixed())).isEqualTo(600);
        assertThat(count("\"op\":\"d\"", benchmark.mixed())).isEqualTo(100);
        assertThat(count("\"op\":\"r\"", benchmark.copied())).isEqualTo(1_000);
    }

    private static int count(String part, EventBuffer events) {
        String text = new String(events.bytes(), 0, events.size(), StandardCharsets.UTF_8);
        return text.split(part, -1).length - 1;
    }

    @ParameterizedTest
    @EnumSource
    void routesLeaveOutWhatTheyShould(RowShape shape) {
        RouteBenchmark benchmark = new RouteBenchmark();
        benchmark.prepare(shape);
        assertThat(benchmark.tables().size()).isEqualTo(10);
        assertThat(benchmark.operations().size()).isEqualTo(100);
        assertThat(benchmark.columns().size()).isEqualTo(SampleRows.COUNT);
        assertThat(benchmark.columns().relation(0).columns())
                .hasSize(shape.relation("t").columns().size() - 1);
    }

    private static void isWhole(ChangeBatch batch) {
        assertThat(batch.size()).isEqualTo(SampleRows.COUNT);
        assertThat(batch.endsAtBoundary()).isTrue();
    }
}
