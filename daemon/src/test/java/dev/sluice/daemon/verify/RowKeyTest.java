package dev.sluice.daemon.verify;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RowKeyTest {
    @Test
    void textsAreOrderedAsTheirUtf8BytesAre() {
        Random random = new Random(7);
        int[] interesting = {'a', 'b', 0x7F, 0x80, 0x7FF, 0x800, 0xD7FF, 0xE000, 0xFFFF, 0x10000, 0x10FFFF};
        for (int round = 0; round < 20_000; round++) {
            String left = text(random, interesting);
            String right = text(random, interesting);
            int expected = Integer.signum(Arrays.compareUnsigned(
                    left.getBytes(StandardCharsets.UTF_8), right.getBytes(StandardCharsets.UTF_8)));

            assertThat(Integer.signum(RowKey.compare(left, right)))
                    .as("%s and %s", left, right)
                    .isEqualTo(expected);
        }
    }

    @Test
    void nullComesLastAsInPostgres() {
        RowKey withNull = new RowKey(Arrays.asList("a", null));

        assertThat(withNull).isGreaterThan(new RowKey(List.of("a", "z")));
        assertThat(withNull).isLessThan(new RowKey(List.of("b", "a")));
        assertThat(withNull.hasNull()).isTrue();
    }

    private static String text(Random random, int[] codePoints) {
        List<Integer> chosen = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            chosen.add(codePoints[random.nextInt(codePoints.length)]);
        }
        StringBuilder text = new StringBuilder();
        chosen.forEach(text::appendCodePoint);
        return text.toString();
    }
}
