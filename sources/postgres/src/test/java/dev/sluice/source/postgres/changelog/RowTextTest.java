package dev.sluice.source.postgres.changelog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowTextTest {
    @Test
    void fieldsAreFoundWithTheirQuotesTakenOff() {
        assertThat(fields("(1,\"a b\",,\"x\"\"y\\\\z\",\"\",\"a,b\",\"(n)\")"))
                .containsExactly("1", "a b", null, "x\"y\\z", "", "a,b", "(n)");
    }

    @Test
    void quotesAndBackslashesInARowStayWhatTheyAre() {
        assertThat(fields("(\"\"\"\",\"\"\"\"\"\",\"\\\\\",\"\\\\\"\"\")")).containsExactly("\"", "\"\"", "\\", "\\\"");
    }

    @Test
    void aRowOfNullsAndOneOfOneColumn() {
        assertThat(fields("(,,)")).containsExactly(null, null, null);
        assertThat(fields("(5)")).containsExactly("5");
        assertThat(fields("()")).containsExactly((String) null);
    }

    @Test
    void manyFields() {
        String row = "(" + "ä,".repeat(1599) + "z)";
        assertThat(fields(row)).hasSize(1600).last().isEqualTo("z");
        assertThat(fields(row)).first().isEqualTo("ä");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "(", "1,2", "(\"a)", "(\"a\"b)", "(\"a\"\")"})
    void whatIsNoRowIsRefused(String text) {
        assertThatThrownBy(() -> fields(text)).isInstanceOf(IllegalArgumentException.class);
    }

    private static List<@Nullable String> fields(String text) {
        byte[] padded = ("xx" + text + "yy").getBytes(StandardCharsets.UTF_8);
        RowText row = new RowText();
        row.read(padded, 2, padded.length - 4);
        List<@Nullable String> fields = new ArrayList<>();
        byte[] target = new byte[padded.length];
        for (int i = 0; i < row.count(); i++) {
            int end = row.copy(i, target, 0);
            fields.add(row.isNull(i) ? null : new String(Arrays.copyOf(target, end), StandardCharsets.UTF_8));
        }
        return fields;
    }
}
