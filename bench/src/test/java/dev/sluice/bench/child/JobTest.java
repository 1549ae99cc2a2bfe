package dev.sluice.bench.child;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.child.Job.DriverJob;
import dev.sluice.bench.child.Job.PipelineJob;
import dev.sluice.engine.change.Position;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobTest {
    private static final Position UNTIL = Position.parse("16/B374D848");

    @Test
    void aJobSurvivesTheWayToTheChildInOneLine() {
        Job pipeline = new PipelineJob(Map.of("state", "/tmp/x", "tables", List.of("a\nb", "c")), true, UNTIL);
        Job driver = new DriverJob("postgresql://somebody@localhost/db", "slot", "publication", UNTIL);

        assertThat(pipeline.encode()).doesNotContain("\n");
        assertThat(Job.decode(driver.encode())).isEqualTo(driver);
        assertThat(Job.decode(pipeline.encode()).encode()).isEqualTo(pipeline.encode());
    }
}
