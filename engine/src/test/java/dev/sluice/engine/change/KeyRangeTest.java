package dev.sluice.engine.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyRangeTest {
    private static KeyRange range(@Nullable Long from, @Nullable Long to) {
        return new KeyRange("id", from, to, 1);
    }

    @Test
    void theTextOfARangeIsReadBack() {
        for (KeyRange range : List.of(
                range(null, null),
                range(-5L, null),
                range(null, 7L),
                new KeyRange("a \"b\")\n c", Long.MIN_VALUE, Long.MAX_VALUE, 4_294_967_295L))) {
            assertThat(KeyRange.parse(range.toString())).isEqualTo(range);
        }
        assertThatThrownBy(() -> KeyRange.parse("1 to 2")).hasMessageContaining("1 to 2");
    }

    @Test
    void anEmptyRangeIsRefused() {
        assertThatThrownBy(() -> range(3L, 3L)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aKeyIsInWhatIsLeftIfAndOnlyIfItIsInTheRangeAndInNoneOfTheOthers() {
        Random random = new Random(17);
        for (int round = 0; round < 2_000; round++) {
            KeyRange whole = some(random);
            List<KeyRange> others = new ArrayList<>();
            for (int i = random.nextInt(5); i > 0; i--) {
                others.add(some(random));
            }
            List<KeyRange> left = whole.without(others);
            for (long key = -3; key < 25; key++) {
                long tried = key;
                boolean expected = whole.contains(tried) && others.stream().noneMatch(other -> other.contains(tried));
                assertThat(left.stream().filter(range -> range.contains(tried)))
                        .as("%s in %s without %s: %s", tried, whole, others, left)
                        .hasSize(expected ? 1 : 0);
            }
            boolean everything = left.isEmpty() && whole.from() == null && whole.to() == null;
            assertThat(KeyRange.coverEverything(others) && whole.from() == null && whole.to() == null)
                    .isEqualTo(everything);
        }
    }

    private static KeyRange some(Random random) {
        Long from = random.nextInt(3) == 0 ? null : (long) random.nextInt(20);
        Long to = random.nextInt(3) == 0 ? null : (from == null ? 0 : from) + 1 + random.nextInt(6);
        return range(from, to);
    }
}
