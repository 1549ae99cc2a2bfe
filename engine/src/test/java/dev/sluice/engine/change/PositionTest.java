package dev.sluice.engine.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;

class PositionTest {
    @Test
    void changesOfATransactionLieBetweenItsCommitAndItsEnd() {
        Position first = new Position(100, 1);
        Position last = new Position(100, 9);
        Position end = Position.boundary(140);
        Position next = new Position(140, 1);

        assertThat(first).isLessThan(last);
        assertThat(last).isLessThan(end);
        assertThat(end).isLessThan(next);
        assertThat(end.isBoundary()).isTrue();
        assertThat(next.isBoundary()).isFalse();
    }

    @Test
    void anLsnIsUnsigned() {
        Position high = Position.boundary(-1);
        Position low = Position.boundary(Long.MAX_VALUE);

        assertThat(high.isAfter(low)).isTrue();
        assertThat(high.min(low)).isEqualTo(low);
        assertThat(high.max(low)).isEqualTo(high);
        assertThat(high).hasToString("FFFFFFFF/FFFFFFFF");
    }

    @Test
    void whatIsWrittenIsReadBack() {
        Random random = new Random(1);
        for (int i = 0; i < 1_000; i++) {
            Position position = new Position(random.nextLong(), random.nextInt(3) == 0 ? 0 : random.nextLong() >>> 1);
            assertThat(Position.parse(position.toString())).isEqualTo(position);
        }
        assertThat(Position.parse("16/B374D848:3")).isEqualTo(new Position(0x16B374D848L, 3));
        assertThat(Position.parse("0/0").isNone()).isTrue();
    }

    @Test
    void whatIsNoPositionIsRefused() {
        for (String text : new String[] {
            "",
            "/",
            "1",
            "1/",
            "/1",
            "1/x",
            "1/2:",
            "1/2:-1",
            "-1/2",
            "1/-2",
            "+1/2",
            "100000000/0",
            "0/100000000",
            "1/2:x"
        }) {
            assertThatThrownBy(() -> Position.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> new Position(1, -1)).isInstanceOf(IllegalArgumentException.class);
    }
}
