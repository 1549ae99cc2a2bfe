package dev.sluice.events;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.sluice.engine.change.Position;
import java.io.IOException;

/** {@link Position#toString} without the Strings, which would be most of what an event allocates. For one thread. */
final class PositionText {
    private static final byte[] DIGITS = {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'
    };

    /** Two numbers of 8 hexadecimal digits, a slash, a colon, 19 decimal digits. */
    private final byte[] text = new byte[8 + 1 + 8 + 1 + 19];

    void write(Position position, JsonGenerator json) throws IOException {
        int at = text.length;
        if (position.ordinal() != 0) {
            at = number(position.ordinal(), 10, at);
            text[--at] = ':';
        }
        at = number(position.lsn() & 0xFFFF_FFFFL, 16, at);
        text[--at] = '/';
        at = number(position.lsn() >>> 32, 16, at);
        json.writeRawUTF8String(text, at, text.length - at);
    }

    /** Writes the digits of a number that is not negative before {@code end}. */
    private int number(long value, int base, int end) {
        int at = end;
        long rest = value;
        do {
            text[--at] = DIGITS[(int) (rest % base)];
            rest /= base;
        } while (rest != 0);
        return at;
    }
}
