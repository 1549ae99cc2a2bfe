package dev.sluice.source.postgres.changelog;

import dev.sluice.source.postgres.pgoutput.MalformedMessageException;
import java.nio.ByteBuffer;

/**
 * One row of the log, as COPY sends it in binary form: xid, shape, operation, old row, new row. Reused from row to row by one
 * thread. The format is in PostgreSQL's manual under {@code COPY}.
 */
final class LogRow {
    private static final int SIGNATURE_BYTES = 11;
    private static final byte SIGNATURE_START = 'P';
    private static final int FIELDS = 5;

    private byte[] bytes = new byte[0];
    private long xid;
    private int shape;
    private byte operation;
    private int oldOffset;
    private int oldLength;
    private int newOffset;
    private int newLength;

    /**
     * @param message one of COPY's; the first one begins with the header
     * @return false if it is the trailer
     */
    boolean read(byte[] message) {
        ByteBuffer buffer = ByteBuffer.wrap(message);
        try {
            if (message.length > SIGNATURE_BYTES && message[0] == SIGNATURE_START) {
                buffer.position(SIGNATURE_BYTES + 4);
                int extension = buffer.getInt();
                buffer.position(buffer.position() + extension);
            }
            short fields = buffer.getShort();
            if (fields == -1) {
                return false;
            }
            if (fields != FIELDS) {
                throw malformed("field count", FIELDS + "", fields + "");
            }
            requireLength(buffer, 8, "xid");
            xid = buffer.getLong();
            requireLength(buffer, 4, "shape");
            shape = buffer.getInt();
            requireLength(buffer, 1, "operation");
            operation = buffer.get();
            oldLength = buffer.getInt();
            oldOffset = buffer.position();
            buffer.position(oldOffset + Math.max(0, oldLength));
            newLength = buffer.getInt();
            newOffset = buffer.position();
            buffer.position(newOffset + Math.max(0, newLength));
        } catch (java.nio.BufferUnderflowException | IllegalArgumentException tooShort) {
            throw malformed("length", "more", message.length + " bytes");
        }
        bytes = message;
        return true;
    }

    private static void requireLength(ByteBuffer buffer, int expected, String field) {
        int length = buffer.getInt();
        if (length != expected) {
            throw malformed(field + " length", expected + "", length + "");
        }
    }

    private static MalformedMessageException malformed(String field, String expected, String actual) {
        return new MalformedMessageException("row of the change log", field, expected, actual);
    }

    /** Of the whole message, in bytes. */
    int length() {
        return bytes.length;
    }

    long xid() {
        return xid;
    }

    int shape() {
        return shape;
    }

    /** {@code I}, {@code U}, {@code D} or {@code T}. */
    byte operation() {
        return operation;
    }

    /** @throws IllegalArgumentException if there is none, or it is no text of a row */
    void readOld(RowText row) {
        read(row, oldOffset, oldLength);
    }

    /** @throws IllegalArgumentException if there is none, or it is no text of a row */
    void readNew(RowText row) {
        read(row, newOffset, newLength);
    }

    private void read(RowText row, int offset, int length) {
        if (length < 0) {
            throw new IllegalArgumentException("a row is missing");
        }
        row.read(bytes, offset, length);
    }
}
