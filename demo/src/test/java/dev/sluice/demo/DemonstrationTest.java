package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.demo.Demonstration.Ending;
import dev.sluice.demo.Demonstration.Plan;
import dev.sluice.testkit.leak.LeavesNoThreads;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@LeavesNoThreads
class DemonstrationTest {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final Screen screen = new Screen(new PrintStream(output, true, StandardCharsets.UTF_8), false);
    private final StopRequest stop = new StopRequest();

    @Test
    void afterItsTimeBothDatabasesAreInStep() throws Exception {
        Plan plan = new Plan(Optional.of(Duration.ofSeconds(3)), 100, new Shop(500), 1);

        Ending ending = new Demonstration(screen, stop, plan).run();

        List<String> lines = output.toString(StandardCharsets.UTF_8).lines().toList();
        assertThat(ending).isEqualTo(Ending.IN_STEP);
        assertThat(lines).anyMatch(line -> line.matches("  metrics http://127\\.0\\.0\\.1:\\d+/metrics"));
        assertThat(lines).anyMatch(line -> line.contains(" transactions were committed"));
        assertThat(lines.get(lines.size() - 1)).matches("in step: 4 tables, \\d{4,} rows, 0 differences");
    }

    @Test
    void aStopBeforeTheShopIsOpenEndsItWithoutAComparison() throws Exception {
        stop.request();

        Ending ending = new Demonstration(screen, stop, new Plan(Optional.empty(), 100, new Shop(500), 1)).run();

        assertThat(ending).isEqualTo(Ending.STOPPED_EARLY);
        assertThat(output.toString(StandardCharsets.UTF_8)).doesNotContain("in step");
    }
}
