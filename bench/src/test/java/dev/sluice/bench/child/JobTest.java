package dev.sluice.bench.child;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.bench.child.Job.AdoptJob;
import dev.sluice.bench.child.Job.DriverJob;
import dev.sluice.bench.child.Job.End;
import dev.sluice.bench.child.Job.PipelineJob;
import dev.sluice.bench.child.Job.Start;
import dev.sluice.engine.change.Position;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JobTest {
    private static final Position UNTIL = Position.parse("16/B374D848");

    @ParameterizedTest
    @MethodSource("jobs")
    void aJobSurvivesTheWayToTheChildInOneLine(Job job) {
        String line = job.toJson().encode();

        assertThat(line).doesNotContain("\n");
        Job arrived = Job.of(new JsonObject(line));
        assertThat(arrived).isInstanceOf(job.getClass());
        assertThat(arrived.toJson().encode()).isEqualTo(line);
    }

    static Stream<Job> jobs() {
        Map<String, Object> config = Map.of("state", "a\nb");
        Stream<Job> pipelines = Stream.of(Start.values())
                .flatMap(start -> Stream.of(
                        new PipelineJob(config, start, new End.At(UNTIL)),
                        new PipelineJob(config, start, new End.After(100, 7))));
        return Stream.concat(
                pipelines,
                Stream.of(
                        new AdoptJob(Map.of("tables", List.of("a", "b"))),
                        new DriverJob("postgresql://somebody@localhost/db", "slot", "publication", UNTIL)));
    }
}
