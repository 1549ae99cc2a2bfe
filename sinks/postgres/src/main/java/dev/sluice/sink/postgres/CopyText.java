package dev.sluice.sink.postgres;

import dev.sluice.engine.change.EightBytes;
import java.sql.SQLException;
import java.util.Arrays;

/** Lines of COPY's text format, gathered until there are enough of them to be sent. For one thread. */
final class CopyText {
    private static final int ENOUGH_BYTES = 1 << 15;

    private static final long BACKSLASHES = '\\' * EightBytes.ONES;
    private static final long AFTER_RETURN = ('\r' + 1) * EightBytes.ONES;

    /** Where the lines go. */
    interface Target {
        void write(byte[] bytes, int offset, int length) throws SQLException;
    }

    private byte[] bytes = new byte[2 * ENOUGH_BYTES];
    private int length;
    private int lineStart;

    void beginLine() {
        lineStart = length;
    }

    /** Takes back what the line has so far. */
    void discardLine() {
        length = lineStart;
    }

    /** A line has at least one value, so that it can end in the place of the last separator. */
    void endLine() {
        bytes[length - 1] = '\n';
    }

    void addNull() {
        reserve(3);
        bytes[length++] = '\\';
        bytes[length++] = 'N';
        bytes[length++] = '\t';
    }

    /** PostgreSQL's manual, COPY, "Text Format": what must be written with a backslash. */
    void add(byte[] source, int offset, int count) {
        reserve(2L * count + 1);
        byte[] to = bytes;
        int end = offset + count;
        int from = offset;
        int at = length;
        while (from <= end - EightBytes.COUNT) {
            long eight = EightBytes.get(source, from);
            if (mayNeedEscape(eight)) {
                at = escape(source, from, from + EightBytes.COUNT, to, at);
            } else {
                EightBytes.set(to, at, eight);
                at += EightBytes.COUNT;
            }
            from += EightBytes.COUNT;
        }
        at = escape(source, from, end, to, at);
        to[at++] = '\t';
        length = at;
    }

    private static boolean mayNeedEscape(long eight) {
        return (EightBytes.zeros(eight ^ BACKSLASHES) | EightBytes.below(eight, AFTER_RETURN)) != 0;
    }

    private static int escape(byte[] source, int from, int end, byte[] to, int start) {
        int at = start;
        for (int i = from; i < end; i++) {
            byte b = source[i];
            if (b == '\\' || b >= '\t' && b <= '\r') {
                at = escape(b, to, at);
            } else {
                to[at++] = b;
            }
        }
        return at;
    }

    private static int escape(byte b, byte[] to, int at) {
        int letter =
                switch (b) {
                    case '\\' -> '\\';
                    case '\n' -> 'n';
                    case '\r' -> 'r';
                    case '\t' -> 't';
                    default -> 0;
                };
        int next = at;
        if (letter != 0) {
            to[next++] = '\\';
        }
        to[next++] = letter == 0 ? b : (byte) letter;
        return next;
    }

    private void reserve(long more) {
        long needed = length + more;
        if (needed > bytes.length) {
            if (needed > Integer.MAX_VALUE - 8) {
                throw new OutOfMemoryError("a row of " + needed + " bytes");
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, bytes.length * 2L)));
        }
    }

    /** Sends what there is, if that is much. To be called between lines. */
    void sendEnough(Target target) throws SQLException {
        if (length >= ENOUGH_BYTES) {
            sendAll(target);
        }
    }

    void sendAll(Target target) throws SQLException {
        if (length > 0) {
            target.write(bytes, 0, length);
            length = 0;
        }
    }
}
