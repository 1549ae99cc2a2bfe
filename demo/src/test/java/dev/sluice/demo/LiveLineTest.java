package dev.sluice.demo;

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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LiveLineTest {
    private static final long SECOND = 1_000_000_000L;

    private final LiveLine line = new LiveLine();

    @Test
    void whileStreamingItShowsRateLagBufferAndPosition() {
        line.of(status(PipelineState.STREAMING, 1_000, CopyStatus.NONE, null), 0);

        String shown = line.of(status(PipelineState.STREAMING, 3_500, CopyStatus.NONE, null), SECOND);

        assertThat(shown).isEqualTo("streaming    2,500 rows/s   lag   12 ms   buffered 64 kB   position 0/1A2B3C");
    }

    @Test
    void whileCopyingItShowsRowsAndPercent() {
        Duration second = Duration.ofSeconds(1);
        CopyStatus copy = new CopyStatus(
                CopyWay.FIRST,
                List.of(
                        new TableProgress("public.orders", 500, 0, 900, 0.55, second, false),
                        new TableProgress("public.customers", 100, 0, 90, 1, second, true)),
                0.6,
                second);

        String shown = line.of(status(PipelineState.COPYING, 0, copy, null), 0);

        assertThat(shown).isEqualTo("copying     600 rows   60 %   1 of 2 tables done");
    }

    @Test
    void aReasonForTroubleIsShownInOneLine() {
        String shown = line.of(status(PipelineState.RECONNECTING, 0, CopyStatus.NONE, "gone\nand more"), 0);

        assertThat(shown).startsWith("reconnecting").endsWith("   gone");
    }

    private static PipelineStatus status(PipelineState state, long changes, CopyStatus copy, @Nullable String reason) {
        Position position = Position.parse("0/1A2B3C");
        LaneStatus lane = new LaneStatus(
                "replica", LaneState.STREAMING, position, Duration.ofMillis(12), changes, 0, 0, copy, null);
        return new PipelineStatus("shop", state, position, position, 64_000, List.of(lane), reason);
    }
}
