package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.big.BigTransactionScenario;
import dev.sluice.bench.copy.CopyScenario;
import dev.sluice.bench.drain.DrainScenario;
import dev.sluice.bench.drain.DrainUnixScenario;
import dev.sluice.bench.fanout.FanoutScenario;
import dev.sluice.bench.filter.FilterScenario;
import dev.sluice.bench.latency.LatencyScenario;
import dev.sluice.bench.replicate.ReplicateScenario;
import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Latencies;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.report.PeerResult;
import dev.sluice.bench.report.ScenarioReport;
import dev.sluice.bench.server.Shape;
import dev.sluice.bench.tables.TablesScenario;
import dev.sluice.bench.writes.WritesScenario;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each scenario with a handful of rows: every peer that is there does the work, and nothing is left in the server. */
@PostgresTest
@Timeout(
        value = 3,
        unit = TimeUnit.MINUTES,
        threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a peer may wait for ever
class ScenariosTest {
    @Test
    void drainReadsTheWholeBacklogWithEveryReader(TestDatabase database) throws Exception {
        ScenarioReport report = run(new DrainScenario(), 2_000, database, database.url());

        assertDone(report, 2_000, "drain wide");
        assertThat(report.skipped()).containsKey("debezium");
    }

    @Test
    void drainUnixReadsItOverTheSocket(TestDatabase database) throws Exception {
        String url = "postgresql://postgres@:" + database.server().port() + "/" + database.name() + "?host="
                + database.server().socketDirectory();

        assertDone(run(new DrainUnixScenario(), 2_000, database, url), 2_000, "drain-unix wide");
    }

    @Test
    void replicateMakesTheTargetTheSame(TestDatabase database) throws Exception {
        ScenarioReport report = run(new ReplicateScenario(), 8_000, database, database.url());

        assertDone(report, 8_000, "replicate wide", "replicate mix wide");
        assertThat(report.comparisons().get(0).results())
                .extracting(PeerResult::peer)
                .containsExactly("sluice", "subscription");
    }

    @Test
    void copyMakesTheTargetTheSame(TestDatabase database) throws Exception {
        assertDone(run(new CopyScenario(), 4_000, database, database.url()), 4_000, "copy wide");
    }

    @Test
    void latencySeesEveryRow(TestDatabase database) throws Exception {
        ScenarioReport report = run(new LatencyScenario(), 800, database, database.url());

        assertDone(report, 800, "latency wide", "latency postgres wide");
        for (Comparison comparison : report.comparisons()) {
            assertThat(comparison.results()).allSatisfy(result -> assertThat(result.rounds())
                    .extracting(Measurement::latencies)
                    .allSatisfy(latencies -> assertThat(latencies).isNotNull().returns(100L, Latencies::count)));
        }
    }

    @Test
    void bigTransactionArrivesBothWays(TestDatabase database) throws Exception {
        ScenarioReport report = run(new BigTransactionScenario(), 40_000, database, database.url());

        assertDone(report, 40_000, "big-transaction wide", "big-transaction postgres wide");
    }

    @Test
    void fanoutReadsWithOneToEightSinks(TestDatabase database) throws Exception {
        ScenarioReport report = run(new FanoutScenario(), 2_000, database, database.url());

        assertDone(report, 2_000, "fanout wide", "fanout json wide");
        assertThat(report.comparisons().get(0).results())
                .extracting(PeerResult::peer)
                .containsExactly("sluice", "1 sink", "2 sinks", "4 sinks");
    }

    @Test
    void filterReadsAllAndWritesOneInAHundred(TestDatabase database) throws Exception {
        assertDone(run(new FilterScenario(), 80_000, database, database.url()), 80_000, "filter wide");
    }

    @Test
    void tablesReadsTheSameFromOneAndFromMany(TestDatabase database) throws Exception {
        ScenarioReport report = run(new TablesScenario(5, 20), 16_000, database, database.url());

        assertDone(report, 16_000, "tables wide");
        assertThat(report.comparisons().get(0).results())
                .extracting(PeerResult::peer)
                .containsExactly("sluice", "pg_recvlogical", "1 table", "5 tables");
        assertThat(report.lines()).allSatisfy(line -> assertThat(line).contains(", start "));
    }

    @Test
    void writesMeasuresTheSourceItselfAndTheReaderOfAChangeLog(TestDatabase database) throws Exception {
        ScenarioReport report = run(new WritesScenario(1, 1), 8_000, database, database.url());

        assertDone(report, 8_000, "writes wide", "writes pgbench wide", "writes drain wide");
        assertThat(report.comparisons().get(0).results())
                .extracting(PeerResult::peer)
                .containsExactly("sluice", "no-capture", "slot");
        assertThat(database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'sluice'"))
                .isEqualTo("0");
    }

    /** @param rows of the standard shape; the wide one, which is measured, has an eighth of them */
    private static void assertDone(ScenarioReport report, long rows, String... comparisons) {
        assertThat(report.passed()).as("%s", report.lines()).isTrue();
        assertThat(report.comparisons()).extracting(Comparison::name).containsExactly(comparisons);
        for (Comparison comparison : report.comparisons()) {
            assertThat(comparison.results()).allSatisfy(result -> {
                assertThat(result.failure()).as(result.peer()).isNull();
                assertThat(result.rounds()).hasSize(1);
            });
            // A mixture ends with the transaction that reaches the number.
            assertThat(comparison.rows()).isBetween(rows / 8, rows / 8 + 1_000);
        }
    }

    private static ScenarioReport run(Scenario scenario, long rows, TestDatabase database, String url)
            throws Exception {
        TestDatabase target = database.another("target");
        BenchSettings settings = new BenchSettings(
                Optional.of(rows),
                1,
                List.of(Shape.WIDE),
                Optional.of(url),
                Optional.of(target.url()),
                Optional.empty(),
                Optional.of(1),
                Duration.ZERO,
                Optional.of("256m"),
                List.of(),
                Optional.empty());
        ScenarioReport report = new Run(settings, "test", sentence -> {})
                .of(List.of(scenario), soFar -> {})
                .scenarios()
                .get(0);
        assertThat(database.value("SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'sluice\\_%'"))
                .isEqualTo("0");
        for (TestDatabase each : List.of(database, target)) {
            assertThat(each.value("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'sluice%'"))
                    .isEqualTo("0");
        }
        return report;
    }
}
