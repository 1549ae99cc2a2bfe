package dev.sluice.sink.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CopyTextTest {
    private static final String[] PIECES = {
        "a",
        "ü",
        "\\",
        "\t",
        "\n",
        "\r",
        "\b",
        "\f",
        "\u000B",
        "\u0001",
        "\u000E",
        "N",
        " ",
        "seven b",
        "eight by",
        "\u20AC"
    };

    @Test
    void specialBytesAreEscapedWhereverTheyStand() throws SQLException {
        Random random = new Random(20261126);
        CopyText text = new CopyText();
        StringBuilder expected = new StringBuilder();
        for (int row = 0; row < 2000; row++) {
            text.beginLine();
            for (int column = 0; column < 3; column++) {
                String value = value(random);
                byte[] bytes = ("<" + value).getBytes(StandardCharsets.UTF_8);
                text.add(bytes, 1, bytes.length - 1);
                expected.append(escaped(value)).append(column == 2 ? '\n' : '\t');
            }
            text.endLine();
        }
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        text.sendAll(sent::write);
        assertEquals(expected.toString(), sent.toString(StandardCharsets.UTF_8));
    }

    private static String value(Random random) {
        StringBuilder value = new StringBuilder();
        for (int pieces = random.nextInt(9); pieces > 0; pieces--) {
            value.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return value.toString();
    }

    /** Byte 8, 11 and 12 may be written as they are. */
    private static String escaped(String value) {
        return value.replace("\\", "\\\\")
                .replace("\n", "\\n")
                .replace("\r", "\\r")
                .replace("\t", "\\t");
    }
}
