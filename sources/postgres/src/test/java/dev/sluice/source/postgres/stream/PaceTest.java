package dev.sluice.source.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.source.postgres.stream.Pace.Rests;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long LONGEST = TimeUnit.MILLISECONDS.toNanos(8);
    private static final int BURST = 1 << 18;
    private static final int MUCH = 1 << 16;
    private static final int MESSAGE = 256;

    private long now = TimeUnit.HOURS.toNanos(1);
    private final Pace pace = new Pace(new Rests(BURST, LONGEST, 4 * LONGEST, 100), now);

    @Test
    void aTransactionOnAnIdleSystemLeavesAtOnce() {
        nothing(TimeUnit.SECONDS.toNanos(3));
        for (int i = 0; i < 5; i++) {
            assertThat(message(1_000)).isFalse();
        }
        assertThat(pace.shouldEmit()).isTrue();
    }

    @Test
    void behindItReadsOnAndBatchesGrow() {
        for (int burst = 0; burst < 20; burst++) {
            readUntilLook(500);
            assertThat(pace.looked(now, MUCH, false)).isZero();
        }
        assertThat(pace.shouldEmit()).isFalse();
    }

    @Test
    void levelWithABusyServerWhatIsThereLeavesAndThenItRests() {
        readUntilLook(nanosPerMessage(1L << 25));
        assertThat(pace.looked(now, 0, false)).isCloseTo(LONGEST * 97 / 100, within(LONGEST / 20));
        assertThat(pace.shouldEmit()).isTrue();
        pace.emitted();
        readUntilLook(500);
        assertThat(pace.shouldEmit()).isFalse();
    }

    @Test
    void theMoreComesTheLongerItRestsUpToWhatABurstNeeds() {
        long nanosEach = nanosPerMessage(Pace.FULL_BYTES_PER_SECOND / 2);
        readUntilLook(nanosEach);
        assertThat(pace.looked(now, 0, false)).isBetween(LONGEST * 4 / 10, LONGEST * 6 / 10);
        readUntilLook(nanosPerMessage(1L << 28));
        assertThat(pace.looked(now, 0, false)).isBetween(900_000L, 1_000_000L);
    }

    @Test
    void farBehindItRestsForAsLongAsABurstNeedsHoweverSlowTheServerIs() {
        readUntilLook(nanosPerMessage(Pace.FULL_BYTES_PER_SECOND / 2));
        assertThat(pace.looked(now, 0, true)).isBetween(3 * LONGEST, 4 * LONGEST);
        readUntilLook(nanosPerMessage(1L << 28));
        assertThat(pace.looked(now, 0, true)).isBetween(900_000L, 1_000_000L);
        readUntilLook(nanosPerMessage(Pace.BUSY_BYTES_PER_SECOND / 2));
        assertThat(pace.looked(now, 0, true)).isZero();
    }

    @Test
    void manyShortMessagesWaitingAreEnoughToReadOn() {
        Pace few = new Pace(new Rests(BURST, LONGEST, 4 * LONGEST, 10), now);
        for (int i = 0; i < Pace.LOOK_BYTES / MESSAGE; i++) {
            now += 500;
            few.message(now, MESSAGE);
        }
        assertThat(few.looked(now, 10 * MESSAGE, false)).isZero();
        assertThat(few.looked(now, 10 * MESSAGE - 1, false)).isPositive();
    }

    @Test
    void atALowRateItNeverRests() {
        readUntilLook(nanosPerMessage(Pace.BUSY_BYTES_PER_SECOND / 2));
        assertThat(pace.looked(now, 0, false)).isZero();
        assertThat(pace.shouldEmit()).isTrue();
    }

    @Test
    void aReaderThatWasHeldUpDoesNotRestToo() {
        readUntilLook(500);
        now += TimeUnit.SECONDS.toNanos(1); // the sink was slow
        assertThat(pace.looked(now, 0, false)).isZero();
    }

    @Test
    void itIsAttentiveForASecondAndThenRests() {
        message(1_000);
        assertThat(nothing(TimeUnit.MILLISECONDS.toNanos(900))).isZero();
        assertThat(nothing(TimeUnit.MILLISECONDS.toNanos(200)))
                .isBetween(TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.MILLISECONDS.toNanos(5));
    }

    private static long nanosPerMessage(long bytesPerSecond) {
        return TimeUnit.SECONDS.toNanos(1) * MESSAGE / bytesPerSecond;
    }

    private void readUntilLook(long nanosEach) {
        int messages = 1;
        while (!message(nanosEach)) {
            messages++;
        }
        assertThat(messages).isEqualTo(Pace.LOOK_BYTES / MESSAGE);
    }

    private boolean message(long nanos) {
        now += nanos;
        return pace.message(now, MESSAGE);
    }

    private long nothing(long nanos) {
        now += nanos;
        return pace.nothing(now);
    }
}
