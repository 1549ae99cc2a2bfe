package dev.sluice.sink.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class KeyTableTest {
    private final KeyTable table = new KeyTable();

    @Test
    void numbersKeysAsAMapWouldAcrossGrowthAndClearing() {
        Random random = new Random(1);
        for (int round = 0; round < 3; round++) {
            Map<String, Integer> model = new HashMap<>();
            for (int i = 0; i < 20_000; i++) {
                String text = Integer.toString(random.nextInt(8_000));
                ValueBytes key = key(text, "x".repeat(random.nextInt(2)));
                String modelKey = text + "/" + key.length();
                assertThat(table.find(key)).isEqualTo(model.getOrDefault(modelKey, KeyTable.NOT_FOUND));
                int expected = model.computeIfAbsent(modelKey, absent -> model.size());
                assertThat(table.put(key)).isEqualTo(expected);
            }
            assertThat(table.size()).isEqualTo(model.size());
            table.clear();
        }
    }

    @Test
    void tellsNullFromEmptyAndKnowsWhereAValueEnds() {
        assertThat(table.put(key("a", null))).isZero();
        assertThat(table.put(key("a", ""))).isEqualTo(1);
        assertThat(table.put(key("", "a"))).isEqualTo(2);
        assertThat(table.put(key("ab", "c"))).isEqualTo(3);
        assertThat(table.put(key("a", "bc"))).isEqualTo(4);
        assertThat(table.put(key("a", null))).isZero();
        assertThat(key("a", null).sameAs(key("a", ""))).isFalse();
        assertThat(key("a", "b").sameAs(key("a", "b"))).isTrue();
    }

    @Test
    void longKeysPass() {
        String large = "k".repeat(1_000_000);
        assertThat(table.put(key(large, "1"))).isZero();
        assertThat(table.put(key(large, "2"))).isEqualTo(1);
        assertThat(table.find(key(large, "1"))).isZero();
    }

    private static ValueBytes key(@Nullable String... values) {
        ValueBytes key = new ValueBytes();
        for (String value : values) {
            byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
            key.append(bytes, 0, bytes == null ? 0 : bytes.length);
        }
        return key;
    }
}
