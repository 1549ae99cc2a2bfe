package dev.sluice.source.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {
    private static final long QUICK = 1_000;
    private static final long WAITED = 100_000;

    private long now = TimeUnit.HOURS.toNanos(1);
    private final Pace pace = new Pace(now);

    @Test
    void aTransactionOnAnIdleSystemLeavesAtOnce() {
        nothing(TimeUnit.SECONDS.toNanos(3));
        assertThat(message(WAITED)).isZero();
        assertThat(message(QUICK)).isZero();
        assertThat(message(WAITED)).isZero();
        assertThat(pace.shouldEmit()).isTrue();
    }

    @Test
    void behindBatchesGrow() {
        message(WAITED);
        pace.emitted();
        for (int i = 0; i < 1000; i++) {
            assertThat(message(QUICK)).isZero();
        }
        assertThat(pace.shouldEmit()).isFalse();
        message(WAITED);
        assertThat(pace.shouldEmit()).isTrue();
    }

    @Test
    void levelWithABusyServerItRestsAndHandsOnOnceForEachRest() {
        long rest = 0;
        for (int i = 0; i < 100 && rest == 0; i++) {
            rest = message(WAITED);
        }
        assertThat(rest).isEqualTo(Pace.REST_NANOS);
        message(QUICK);
        assertThat(pace.shouldEmit()).isTrue();
        pace.emitted();
        message(QUICK);
        assertThat(pace.shouldEmit()).isFalse();
        assertThat(message(WAITED)).isEqualTo(Pace.REST_NANOS);
        assertThat(pace.shouldEmit()).isTrue();
    }

    @Test
    void silenceEndsTheFlow() {
        for (int i = 0; i < 100; i++) {
            message(WAITED);
        }
        nothing(TimeUnit.MILLISECONDS.toNanos(1));
        assertThat(message(WAITED)).isZero();
    }

    @Test
    void itIsAttentiveForASecondAndThenRests() {
        message(WAITED);
        assertThat(nothing(TimeUnit.MILLISECONDS.toNanos(900))).isZero();
        assertThat(nothing(TimeUnit.MILLISECONDS.toNanos(200)))
                .isBetween(TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.MILLISECONDS.toNanos(5));
    }

    private long message(long took) {
        now += took;
        return pace.message(now, took);
    }

    private long nothing(long took) {
        now += took;
        return pace.nothing(now);
    }
}
