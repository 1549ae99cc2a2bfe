package dev.sluice.bench.report;

import static dev.sluice.bench.report.Reports.failed;
import static dev.sluice.bench.report.Reports.peer;
import static dev.sluice.bench.report.Reports.rates;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ComparisonTest {
    private final PeerResult ours = peer("sluice", 10, 30, 20);
    private final PeerResult theirs = peer("pgjdbc", 40);
    private final PeerResult broken = failed("debezium", "out of memory");

    @Test
    void theRatioIsThatOfTheMedians() {
        assertThat(rates(ours, theirs).ratio(theirs)).hasValue(0.5);
    }

    @Test
    void thereIsNoRatioToOurselvesNorToWhatFailed() {
        assertThat(rates(ours, broken).ratio(ours)).isEmpty();
        assertThat(rates(ours, broken).ratio(broken)).isEmpty();
        assertThat(rates(failed("sluice", "rows are missing"), theirs).ratio(theirs))
                .isEmpty();
    }

    @Test
    void itPassesWhateverBecameOfTheOthers() {
        assertThat(rates(ours, broken).passed()).isTrue();
        assertThat(rates(broken, ours).passed()).isFalse();
    }

    @Test
    void ofNobodyItIsNone() {
        assertThatThrownBy(() -> rates()).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theRoundToShowIsTheMiddleOneOrTheLowerOfTwo() {
        assertThat(ours.medianRound(Unit.ROWS_PER_SECOND)).isEqualTo(2);
        assertThat(peer("sluice", 40, 10, 30, 20).medianRound(Unit.ROWS_PER_SECOND))
                .isEqualTo(3);
    }
}
