package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class BenchTest {
    private final StringWriter errors = new StringWriter();
    private final CommandLine bench = Bench.commandLine(new Bench()).setErr(new PrintWriter(errors, true));

    @Test
    void anUnknownScenarioIsRefusedWithThoseThereAre() {
        refused("no scenario is called drian; there are drain, drain-unix, ", "drian");
    }

    @Test
    void aServerThatCannotBeReachedIsSaidInALine() {
        assertThat(bench.execute("drain", "--source", "postgresql://somebody@127.0.0.1:1/nothing"))
                .isEqualTo(1);
        assertThat(errors.toString())
                .contains("nothing was measured: ", "127.0.0.1:1", "    -> ")
                .doesNotContain("Exception");
    }

    @Test
    void anUnknownPeerIsRefusedBeforeAnythingStarts() {
        refused("drain has no peer psql; it has pg_recvlogical, pgjdbc, debezium", "drain", "--peers", "pgjdbc,psql");
    }

    @Test
    void aScenarioWithoutPeersSaysSo() {
        refused("fanout has no peer pgjdbc; it has none", "fanout", "--peers", "pgjdbc");
    }

    @Test
    void anUnknownShapeIsRefusedWithThoseThereAre() {
        refused("no shape is called broad; there are standard, narrow, wide", "drain", "--shapes", "narrow,broad");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--rounds=0", "--rows=0", "--warm-up=-1", "--scale=0", "--scale=-1"})
    void nothingIsMeasuredLessThanOnce(String option) {
        assertThat(bench.execute("drain", option)).isEqualTo(2);
    }

    @Test
    void aReportThatIsNotCalledWhatItIsIsRefusedBeforeAnythingStarts() {
        refused("report.html does not end in .json", "drain", "--out", "report.html");
        refused("page.html does not end in .md", "drain", "--markdown", "page.html");
    }

    private void refused(String why, String... arguments) {
        assertThat(bench.execute(arguments)).isEqualTo(2);
        assertThat(errors.toString()).contains(why);
    }
}
