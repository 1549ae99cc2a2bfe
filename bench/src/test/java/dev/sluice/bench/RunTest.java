package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Report;
import dev.sluice.bench.report.ScenarioReport;
import dev.sluice.bench.server.Shape;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@PostgresTest
class RunTest {
    @Test
    void aScenarioThatBreaksOffIsReportedAndTheOthersGoOn(TestDatabase database) throws Exception {
        List<Integer> soFar = new ArrayList<>();
        Run run = new Run(settings(database), "bin/sluice bench all", sentence -> {});

        Report report = run.of(
                List.of(new Broken(), new Idle()),
                part -> soFar.add(part.scenarios().size()));

        assertThat(report.scenarios())
                .extracting(ScenarioReport::failure)
                .containsExactly("the server went away", null);
        assertThat(report.passed()).isFalse();
        assertThat(report.command()).isEqualTo("bin/sluice bench all");
        assertThat(report.environment().postgres()).isNotEmpty();
        assertThat(soFar).containsExactly(1, 2);
    }

    private static BenchSettings settings(TestDatabase database) {
        return new BenchSettings(
                Optional.empty(),
                1,
                List.of(Shape.STANDARD),
                Optional.of(database.url()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Duration.ZERO,
                Optional.empty(),
                List.of(),
                Optional.empty());
    }

    private static class Idle implements Scenario {
        @Override
        public String name() {
            return "idle";
        }

        @Override
        public String question() {
            return "how long nothing takes";
        }

        @Override
        public List<String> peers() {
            return List.of();
        }

        @Override
        public long rows() {
            return 1;
        }

        @Override
        public List<Comparison> measure(Bed bed, Shape shape) throws Exception {
            return List.of();
        }
    }

    private static final class Broken extends Idle {
        @Override
        public List<Comparison> measure(Bed bed, Shape shape) {
            throw new IllegalStateException("the server went away");
        }
    }
}
