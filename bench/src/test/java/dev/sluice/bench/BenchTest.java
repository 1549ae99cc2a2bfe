package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class BenchTest {
    private final StringWriter errors = new StringWriter();
    private final CommandLine bench = new CommandLine(new Bench()).setErr(new PrintWriter(errors, true));

    @Test
    void anUnknownScenarioIsRefusedWithThoseThereAre() {
        assertThat(bench.execute("drian")).isEqualTo(2);
        assertThat(errors.toString()).contains("no scenario is called drian; there are drain, big-transaction");
    }

    @Test
    void anUnknownPeerIsRefusedBeforeAnythingStarts() {
        assertThat(bench.execute("drain", "--peers", "pgjdbc,psql")).isEqualTo(2);
        assertThat(errors.toString()).contains("drain has no peer psql; it has pg_recvlogical, pgjdbc");
    }

    @Test
    void noRoundsAreRefused() {
        assertThat(bench.execute("drain", "--rounds", "0")).isEqualTo(2);
    }
}
