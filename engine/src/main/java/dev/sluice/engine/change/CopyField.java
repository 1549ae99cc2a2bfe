package dev.sluice.engine.change;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds where a field of COPY's text format ends: at a tab or a newline, which inside of a value are written {@code \t} and
 * {@code \n}. Looks at eight bytes at a time, since of a first copy every byte has to be looked at.
 */
final class CopyField {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long TABS = '\t' * ONES;
    private static final long NEWLINES = '\n' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;

    private CopyField() {}

    /** The first tab, newline or backslash. There is one, as every line ends with a newline. */
    static int endOrEscape(byte[] bytes, int from) {
        int at = from;
        while (at <= bytes.length - Long.BYTES) {
            long word = (long) WORD.get(bytes, at);
            long found = zeros(word ^ TABS) | zeros(word ^ NEWLINES) | zeros(word ^ BACKSLASHES);
            if (found != 0) {
                return at + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
            at += Long.BYTES;
        }
        while (bytes[at] != '\t' && bytes[at] != '\n' && bytes[at] != '\\') {
            at++;
        }
        return at;
    }

    /** The first tab or newline. */
    static int end(byte[] bytes, int from) {
        int at = endOrEscape(bytes, from);
        while (bytes[at] == '\\') {
            at = endOrEscape(bytes, at + 1);
        }
        return at;
    }

    /** The high bit of each byte that is zero; bytes above the lowest of them may be marked too. */
    private static long zeros(long word) {
        return word - ONES & ~word & HIGH_BITS;
    }
}
