package dev.sluice.events;

import dev.sluice.engine.change.EightBytes;

/**
 * Finds out whether bytes are their own JSON string: printable ASCII without quote and backslash, as nearly all are. Eight at
 * a time, since most of what an event costs is looking at every byte of it.
 */
final class PlainText {
    private static final long SPACES = ' ' * EightBytes.ONES;
    private static final long QUOTES = '"' * EightBytes.ONES;
    private static final long BACKSLASHES = '\\' * EightBytes.ONES;

    private PlainText() {}

    static boolean is(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int at = offset;
        for (; at <= end - EightBytes.COUNT; at += EightBytes.COUNT) {
            if (!isPlain(EightBytes.get(bytes, at))) {
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

    private static boolean isPlain(long word) {
        long notAscii = word & EightBytes.HIGH_BITS;
        return (notAscii
                        | EightBytes.below(word, SPACES)
                        | EightBytes.zeros(word ^ QUOTES)
                        | EightBytes.zeros(word ^ BACKSLASHES))
                == 0;
    }
}
