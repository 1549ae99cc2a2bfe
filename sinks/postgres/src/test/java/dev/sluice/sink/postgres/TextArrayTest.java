package dev.sluice.sink.postgres;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TextArrayTest {
    @Test
    void elementsComeBackAsTheStringsTheyWere() {
        @Nullable String[] values = {"a", null, "", "ü€ and \"more\" {than, one}", null, "x".repeat(5000)};
        assertArrayEquals(values, arrayOf(values).strings());
    }

    @Test
    void theBinaryFormIsTheServers() {
        // What SELECT array_send(ARRAY['ab', NULL]::text[]) prints.
        String expected = "00000001" + "00000001" + "00000019" + "00000002" + "00000001" + "000000026162" + "ffffffff";
        assertEquals(expected, HexFormat.of().formatHex(arrayOf("ab", null).binary()));
    }

    private static TextArray arrayOf(@Nullable String... values) {
        TextArray array = new TextArray(1);
        for (String value : values) {
            byte[] bytes = value == null ? null : value.getBytes(StandardCharsets.UTF_8);
            array.add(bytes, 0, bytes == null ? 0 : bytes.length);
        }
        return array;
    }
}
