package dev.sluice.bench.drain;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.BenchSettings;
import dev.sluice.bench.report.PeerResult;
import dev.sluice.bench.report.Report;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@PostgresTest
class DrainScenarioTest {
    @Test
    void everyPeerReadsTheWholeBacklogAndNothingIsLeftInTheServer(TestDatabase database) throws Exception {
        List<String> said = new ArrayList<>();

        Report report = new DrainScenario().run(settings(database), said::add);

        assertThat(report.results())
                .extracting(PeerResult::peer)
                .startsWith("sluice")
                .contains("pgjdbc");
        assertThat(report.results()).allSatisfy(result -> assertThat(result.rounds())
                .hasSize(2)
                .allSatisfy(round -> assertThat(round.rows()).isEqualTo(5_000)));
        assertThat(report.results().size() + report.skipped().size()).isEqualTo(3);
        assertThat(report.summary()).allSatisfy(line -> assertThat(line)
                .matches("drain: sluice \\d+ rows/s, \\w+ \\d+ rows/s, ratio \\d+\\.\\d\\d \\(.*\\)"));
        assertThat(database.value("SELECT count(*) FROM pg_replication_slots WHERE slot_name LIKE 'sluice_bench%'"))
                .isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'sluice_bench'"))
                .isEqualTo("0");
    }

    private static BenchSettings settings(TestDatabase database) {
        return new BenchSettings(
                Optional.of(5_000L),
                Optional.of(database.url()),
                List.of("pg_recvlogical", "pgjdbc"),
                2,
                0,
                Optional.of("256m"),
                List.of(),
                Optional.empty());
    }
}
