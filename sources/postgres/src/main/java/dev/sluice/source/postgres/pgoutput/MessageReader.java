package dev.sluice.source.postgres.pgoutput;

import java.nio.charset.StandardCharsets;

/** Reads the fields of one message in wire order and never beyond its end. One use, one thread. */
final class MessageReader {
    private final String messageName;

    private final byte[] bytes;
    private final int end;
    private int at;

    /** Begins after the byte that says which message it is. */
    MessageReader(String messageName, byte[] bytes, int offset, int length) {
        this.messageName = messageName;
        this.bytes = bytes;
        this.at = offset + 1;
        this.end = offset + length;
    }

    byte readByte(String field) {
        require(1, field);
        return bytes[at++];
    }

    int readInt16(String field) {
        require(2, field);
        int value = (bytes[at] & 0xFF) << 8 | bytes[at + 1] & 0xFF;
        at += 2;
        return value;
    }

    int readInt32(String field) {
        require(4, field);
        int value = Wire.int32(bytes, at);
        at += 4;
        return value;
    }

    /** An OID or a transaction id. */
    long readUnsigned32(String field) {
        return readInt32(field) & 0xFFFF_FFFFL;
    }

    long readInt64(String field) {
        require(8, field);
        long value = Wire.int64(bytes, at);
        at += 8;
        return value;
    }

    /** Text that ends with a zero byte. */
    String readString(String field) {
        int from = at;
        while (at < end && bytes[at] != 0) {
            at++;
        }
        if (at == end) {
            throw malformed(field, "text that ends with a zero byte", (end - from) + " bytes without one");
        }
        return new String(bytes, from, at++ - from, StandardCharsets.UTF_8);
    }

    byte[] readBytes(String field, int count) {
        require(count, field);
        byte[] copy = new byte[count];
        System.arraycopy(bytes, at, copy, 0, count);
        at += count;
        return copy;
    }

    /** A count of things of which each takes at least {@code bytesEach}, so that nothing is allocated on its word alone. */
    int requireRoomFor(int count, int bytesEach, String field) {
        if (count < 0 || count > (end - at) / bytesEach) {
            throw malformed(field, "at most " + (end - at) / bytesEach, Integer.toString(count));
        }
        return count;
    }

    void requireEnd() {
        if (at != end) {
            throw malformed("length", "the end of the message", (end - at) + " bytes more");
        }
    }

    MalformedMessageException malformed(String field, String expected, String actual) {
        return new MalformedMessageException(messageName, field, expected, actual);
    }

    private void require(int count, String field) {
        if (count < 0 || count > end - at) {
            throw malformed(field, count + " bytes", (end - at) + " bytes left");
        }
    }
}
