package dev.sluice.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class PlainTextTest {
    private static final int LONGEST = 24;

    /** Every byte at every place of texts of every length up to three words, between bytes that do not count. */
    @Test
    void oneByteThatIsNotPlainIsFoundWhereverItIs() {
        for (String filling : new String[] {" ", "!", "#", "[", "]", "a", "\u007f"}) {
            for (int length = 1; length <= LONGEST; length++) {
                byte[] text = ("\"" + filling.repeat(length) + "\"").getBytes(StandardCharsets.US_ASCII);
                assertThat(PlainText.is(text, 1, length)).isTrue();
                for (int place = 1; place <= length; place++) {
                    requireEveryByteToBeToldApart(text, place, length);
                }
            }
        }
    }

    private static void requireEveryByteToBeToldApart(byte[] plain, int place, int length) {
        byte[] text = plain.clone();
        for (int b = Byte.MIN_VALUE; b <= Byte.MAX_VALUE; b++) {
            text[place] = (byte) b;
            boolean expected = b >= ' ' && b != '"' && b != '\\';
            if (PlainText.is(text, 1, length) != expected) {
                throw new AssertionError("byte " + b + " at " + place + " of " + Arrays.toString(text));
            }
        }
    }
}
