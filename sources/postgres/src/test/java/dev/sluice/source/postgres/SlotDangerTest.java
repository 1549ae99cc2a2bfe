package dev.sluice.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.source.postgres.SlotDanger.Left;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SlotDangerTest {
    private static final long MEGABYTE = 1 << 20;

    private final SlotDanger danger = new SlotDanger();
    private long now = -Duration.ofHours(1).toNanos();
    private long lsn = 1L << 40;

    @Test
    void withoutALimitThereIsNone() {
        look(10, 1000 * MEGABYTE, null);
        assertThat(look(10, 1000 * MEGABYTE, null)).isNull();
    }

    @Test
    void whatIsLeftIsSaidWhenItIsGoneWithinAQuarterOfAnHour() {
        look(10, 0, 2000 * MEGABYTE);
        assertThat(look(10, 10 * MEGABYTE, 1000 * MEGABYTE)).as("1000 s").isNull();
        assertThat(look(10, 20 * MEGABYTE, 1000 * MEGABYTE))
                .isEqualTo(new Left(1000 * MEGABYTE, Duration.ofSeconds(500)));
    }

    @Test
    void itIsSaidOnceAMinuteAndAtOnceAfterItWasSafe() {
        look(10, 0, 100 * MEGABYTE);
        assertThat(look(10, 20 * MEGABYTE, 80 * MEGABYTE)).isNotNull();
        assertThat(look(10, 20 * MEGABYTE, 60 * MEGABYTE)).isNull();
        assertThat(look(50, 20 * MEGABYTE, 40 * MEGABYTE)).isNotNull();
        assertThat(look(10, 0, 40 * MEGABYTE)).as("nothing is written").isNull();
        assertThat(look(10, 20 * MEGABYTE, 20 * MEGABYTE)).isNotNull();
    }

    @Test
    void aSlotThatIsOverItsLimitHasNothingLeft() {
        assertThat(look(10, 0, -5L)).isEqualTo(new Left(0, Duration.ZERO));
    }

    private @Nullable Left look(int seconds, long written, @Nullable Long safe) {
        now += Duration.ofSeconds(seconds).toNanos();
        lsn += written;
        return danger.look(now, lsn, safe).orElse(null);
    }
}
