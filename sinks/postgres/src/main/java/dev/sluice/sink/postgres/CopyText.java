package dev.sluice.sink.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;

/** Lines of COPY's text format, gathered until there are enough of them to be sent. For one thread. */
final class CopyText {
    private static final int ENOUGH_BYTES = 1 << 15;

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

    void add(String value) {
        byte[] text = value.getBytes(StandardCharsets.UTF_8);
        add(text, 0, text.length);
    }

    /** PostgreSQL's manual, COPY, "Text Format": what must be written with a backslash. */
    void add(byte[] source, int offset, int count) {
        reserve(2L * count + 1);
        byte[] to = bytes;
        int at = length;
        for (int i = offset; i < offset + count; i++) {
            byte b = source[i];
            if (b == '\\' || b >= '\t' && b <= '\r') {
                at = escape(b, to, at);
            } else {
                to[at++] = b;
            }
        }
        to[at++] = '\t';
        length = at;
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
