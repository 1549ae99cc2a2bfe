package dev.sluice.bench.big;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.BenchSettings;
import dev.sluice.bench.report.PeerResult;
import dev.sluice.bench.report.Report;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@PostgresTest
class BigTransactionScenarioTest {
    @Test
    void everyRowArrivesBothWays(TestDatabase database) throws Exception {
        BenchSettings settings = new BenchSettings(
                Optional.of(20_000L),
                Optional.of(database.url()),
                List.of(),
                1,
                0,
                Optional.of("128m"),
                List.of(),
                Optional.empty());

        Report report = new BigTransactionScenario().run(settings, sentence -> {});

        assertThat(report.passed()).isTrue();
        assertThat(report.results()).extracting(PeerResult::peer).containsExactly("null", "postgres");
        assertThat(report.results())
                .allSatisfy(result -> assertThat(result.rounds().get(0).rows()).isEqualTo(20_000));
        assertThat(report.summary().get(0)).matches("big-transaction: 20000 rows .*: passed");
        assertThat(database.value("SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'sluice_bench%'"))
                .isEqualTo("0");
    }
}
