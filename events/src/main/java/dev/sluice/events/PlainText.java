package dev.sluice.events;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Finds out whether bytes are their own JSON string: printable ASCII without quote and backslash, as nearly all are. Eight at
 * a time, since most of what an event costs is looking at every byte of it.
 */
final class PlainText {
    private static final VarHandle WORD = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final long SPACES = ' ' * ONES;
    private static final long QUOTES = '"' * ONES;
    private static final long BACKSLASHES = '\\' * ONES;

    private PlainText() {}

    static boolean is(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int at = offset;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            if (!isPlain((long) WORD.get(bytes, at))) {
                return false;
            }
        }
        for (; at < end; at++) {
            byte b = bytes[at];
            if (b < ' ' || b == '"' || b == '\\') {
                return false;
            }
        }
        return true;
    }

    /**
     * A byte less {@code n} borrows into its high bit when it was smaller. What a borrow does to the byte above it cannot
     * make a word seem plain, and there is none unless some byte is not.
     */
    private static boolean isPlain(long word) {
        long quote = word ^ QUOTES;
        long backslash = word ^ BACKSLASHES;
        return ((word | word - SPACES | quote - ONES | backslash - ONES) & HIGH_BITS) == 0;
    }
}
