package dev.sluice.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.Position;
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
    void showsTablesRowsAndPercent() {
        assertThat(line(
                        new TableProgress("public.a", 1_000, 0, 900, true),
                        new TableProgress("public.b", 11_345, 0, 49_000, false)))
                .isEqualTo("shop: copying to replica: 1 of 2 tables, 12,345 of about 50,000 rows, 24 %");
    }

    @Test
    void showsNoPercentWithoutStatistics() {
        assertThat(line(new TableProgress("public.a", 1_000, 0, -1, false)))
                .isEqualTo("shop: copying to replica: 0 of 1 tables, 1,000 rows");
    }

    @Test
    void anEstimateThatWasTooSmallDoesNotGiveMoreThanAHundredPercent() {
        assertThat(line(new TableProgress("public.a", 2_000, 0, 1_000, false))).endsWith("100 %");
    }

    @Test
    void isEmptyWhenNothingIsBeingCopied() {
        assertThat(line()).isEmpty();
        assertThat(line(new TableProgress("public.a", 1_000, 0, 900, true))).isEmpty();
    }

    private static String line(TableProgress... tables) {
        LaneStatus lane = new LaneStatus(
                "replica", LaneState.COPYING, Position.NONE, Duration.ZERO, 0, 0, 0, List.of(tables), null);
        return CopyProgressLine.of(List.of(new PipelineStatus(
                "shop", PipelineState.COPYING, Position.NONE, Position.NONE, 0, List.of(lane), null)));
    }
}
