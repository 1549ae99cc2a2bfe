package dev.sluice.source.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long FROM_BUFFER = 300;
    private static final long FROM_SYSTEM = 9_000;

    private long now = TimeUnit.HOURS.toNanos(1);
    private final Pace pace = new Pace(now);

    @Test
    void aTransactionOnAnIdleSystemLeavesAtOnce() {
        nothing(TimeUnit.SECONDS.toNanos(3));
        for (int i = 0; i < 5; i++) {
            assertThat(message(FROM_SYSTEM)).isZero();
        }
        assertThat(pace.shouldEmit()).isTrue();
    }

    @Test
    void behindBatchesGrow() {
        message(FROM_SYSTEM);
        fullRead();
        pace.emitted();
        for (int i = 0; i < 20; i++) {
            assertThat(fullRead()).isZero();
        }
        assertThat(pace.shouldEmit()).isFalse();
        message(FROM_SYSTEM);
        message(FROM_SYSTEM);
        assertThat(pace.shouldEmit()).isTrue();
    }

    @Test
    void levelWithABusyServerItRestsAndHandsOnOnceForEachRest() {
        becomeLevel();
        message(FROM_BUFFER);
        assertThat(pace.shouldEmit()).isTrue();
        pace.emitted();
        message(FROM_BUFFER);
        assertThat(pace.shouldEmit()).isFalse();
        assertThat(message(FROM_SYSTEM)).isEqualTo(Pace.REST_NANOS);
        assertThat(pace.shouldEmit()).isTrue();
    }

    @Test
    void oneFullReadDoesNotEndTheRestingButManyDo() {
        becomeLevel();
        fullRead();
        assertThat(message(FROM_SYSTEM)).isZero();
        assertThat(message(FROM_SYSTEM)).isEqualTo(Pace.REST_NANOS);
        for (int i = 0; i < 20; i++) {
            fullRead();
        }
        message(FROM_SYSTEM);
        assertThat(message(FROM_SYSTEM)).isZero();
    }

    @Test
    void silenceEndsTheResting() {
        becomeLevel();
        nothing(TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(message(FROM_SYSTEM)).isZero();
        becomeLevel();
        assertThat(message(TimeUnit.MILLISECONDS.toNanos(2))).isZero();
    }

    @Test
    void itIsAttentiveForASecondAndThenRests() {
        message(FROM_SYSTEM);
        assertThat(nothing(TimeUnit.MILLISECONDS.toNanos(900))).isZero();
        assertThat(nothing(TimeUnit.MILLISECONDS.toNanos(200)))
                .isBetween(TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.MILLISECONDS.toNanos(5));
    }

    private void becomeLevel() {
        long rest = 0;
        for (int i = 0; i < 100 && rest == 0; i++) {
            rest = message(FROM_SYSTEM);
        }
        assertThat(rest).isEqualTo(Pace.REST_NANOS);
    }

    /** One read from the system that brought forty messages. */
    private long fullRead() {
        long rest = message(FROM_SYSTEM);
        for (int i = 1; i < 40; i++) {
            rest += message(FROM_BUFFER);
        }
        return rest;
    }

    private long message(long took) {
        now += took;
        return pace.message(now, took, 200);
    }

    private long nothing(long took) {
        now += took;
        return pace.nothing(now);
    }
}
