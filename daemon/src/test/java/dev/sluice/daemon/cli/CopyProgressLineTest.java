package dev.sluice.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.flow.CopyStatus;
import dev.sluice.engine.flow.CopyWay;
import dev.sluice.engine.flow.LaneState;
import dev.sluice.engine.flow.LaneStatus;
import dev.sluice.engine.flow.PipelineState;
import dev.sluice.engine.flow.PipelineStatus;
import dev.sluice.engine.flow.TableProgress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class CopyProgressLineTest {
    @Test
    void showsTablesRowsPercentRateAndWhatIsLeft() {
        assertThat(line(new CopyStatus(
                        CopyWay.FIRST,
                        List.of(table("public.a", 1_000, true), table("public.b", 11_345, false)),
                        0.25,
                        Duration.ofSeconds(5))))
                .isEqualTo("shop: copying to replica: 1 of 2 tables, 12,345 rows, 25 %, 2,469 rows/s, about 15 s left");
    }

    @Test
    void saysNothingOfWhatIsLeftBeforeThereIsSomethingToTellFrom() {
        assertThat(line(new CopyStatus(CopyWay.FIRST, List.of(table("public.a", 0, false)), 0, Duration.ZERO)))
                .isEqualTo("shop: copying to replica: 0 of 1 tables, 0 rows, 0 %, 0 rows/s");
    }

    @Test
    void longTimesAreToldInMinutesAndHours() {
        assertThat(line(half(Duration.ofMinutes(12)))).endsWith("about 12 min left");
        assertThat(line(half(Duration.ofHours(12)))).endsWith("about 12 h left");
    }

    @Test
    void isEmptyWhenNothingIsBeingCopied() {
        assertThat(line(CopyStatus.NONE)).isEmpty();
        assertThat(line(new CopyStatus(
                        CopyWay.FIRST, List.of(table("public.a", 1_000, true)), 1, Duration.ofSeconds(1))))
                .isEmpty();
    }

    private static CopyStatus half(Duration elapsed) {
        return new CopyStatus(CopyWay.FIRST, List.of(table("public.a", 1, false)), 0.5, elapsed);
    }

    private static TableProgress table(String name, long rows, boolean finished) {
        return new TableProgress(name, rows, 0, -1, finished ? 1 : 0, Duration.ofSeconds(1), finished);
    }

    private static String line(CopyStatus copy) {
        LaneStatus lane =
                new LaneStatus("replica", LaneState.COPYING, Position.NONE, Duration.ZERO, 0, 0, 0, copy, null);
        return CopyProgressLine.of(List.of(new PipelineStatus(
                "shop", PipelineState.COPYING, Position.NONE, Position.NONE, 0, List.of(lane), null)));
    }
}
