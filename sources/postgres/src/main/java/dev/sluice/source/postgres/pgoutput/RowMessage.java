package dev.sluice.source.postgres.pgoutput;

import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Operation;

/**
 * Insert, Update and Delete: where the tuples of one message are in its bytes. These make up nearly all of a stream, so
 * unlike the other messages this one is an object that is filled again and again. For one thread.
 *
 * <p>After {@link #read} every length in both tuples is known to lie inside the message, so whoever walks over them later
 * need not check again.
 */
public final class RowMessage {
    public static final byte INSERT = 'I';
    public static final byte UPDATE = 'U';
    public static final byte DELETE = 'D';

    private Operation operation = Operation.INSERT;
    private int relation;
    private OldTuple oldTuple = OldTuple.NONE;
    private int oldOffset;
    private int oldLength;
    private int oldColumns;
    private int rowOffset;
    private int rowLength;
    private int rowColumns;

    private byte[] bytes = {};
    private int at;
    private int end;

    /** Fills this from the message that takes {@code length} bytes from {@code offset}; its code is one of the three. */
    public void read(byte[] message, int offset, int length) {
        bytes = message;
        end = offset + length;
        at = offset + 1;
        oldTuple = OldTuple.NONE;
        oldLength = 0;
        oldColumns = 0;
        rowLength = 0;
        rowColumns = 0;
        operation = operation(message[offset]);
        require(5, "relation OID");
        relation = Wire.int32(message, at);
        at += 4;
        switch (operation) {
            case INSERT -> readRow(next());
            case UPDATE -> readOldAndRow();
            default -> readOld(next());
        }
        if (at != end) {
            throw malformed("length", "the end of the message", (end - at) + " bytes more");
        }
    }

    private static Operation operation(byte code) {
        return switch (code) {
            case INSERT -> Operation.INSERT;
            case UPDATE -> Operation.UPDATE;
            case DELETE -> Operation.DELETE;
            default -> throw new MalformedMessageException("row", "code", "one of I, U, D", text(code));
        };
    }

    private void readOldAndRow() {
        byte kind = next();
        if (kind != 'N') {
            readOld(kind);
            kind = next();
        }
        readRow(kind);
    }

    private void readOld(byte kind) {
        if (kind != 'K' && kind != 'O') {
            throw malformed("tuple kind", operation == Operation.DELETE ? "K or O" : "K, O or N", text(kind));
        }
        oldTuple = kind == 'K' ? OldTuple.KEY : OldTuple.FULL;
        oldOffset = at;
        oldColumns = skipTuple();
        oldLength = at - oldOffset;
    }

    private void readRow(byte kind) {
        if (kind != 'N') {
            throw malformed("tuple kind", "N", text(kind));
        }
        rowOffset = at;
        rowColumns = skipTuple();
        rowLength = at - rowOffset;
    }

    private byte next() {
        require(1, "tuple kind");
        return bytes[at++];
    }

    /** Moves past a TupleData and returns its number of columns. */
    private int skipTuple() {
        require(2, "column count");
        byte[] source = bytes;
        int limit = end;
        int position = at;
        int columns = (source[position] & 0xFF) << 8 | source[position + 1] & 0xFF;
        position += 2;
        for (int i = 0; i < columns; i++) {
            if (position >= limit) {
                throw malformed("column " + i + " kind", "1 byte", "the end of the message");
            }
            byte kind = source[position++];
            if (kind == 't' || kind == 'b') {
                if (limit - position < 4) {
                    throw malformed("column " + i + " length", "4 bytes", (limit - position) + " bytes left");
                }
                int length = Wire.int32(source, position);
                position += 4;
                if (length < 0 || length > limit - position) {
                    throw malformed("column " + i + " value", length + " bytes", (limit - position) + " bytes left");
                }
                position += length;
            } else if (kind != 'n' && kind != 'u') {
                throw malformed("column " + i + " kind", "one of n, u, t, b", text(kind));
            }
        }
        at = position;
        return columns;
    }

    private void require(int count, String field) {
        if (end - at < count) {
            throw malformed(field, count + " bytes", (end - at) + " bytes left");
        }
    }

    private MalformedMessageException malformed(String field, String expected, String actual) {
        String name = operation.name().charAt(0) + operation.name().substring(1).toLowerCase(java.util.Locale.ROOT);
        return new MalformedMessageException(name, field, expected, actual);
    }

    private static String text(byte code) {
        return code > ' ' && code < 0x7F ? "'" + (char) code + "'" : "byte " + (code & 0xFF);
    }

    /** @throws MalformedMessageException unless both tuples, as far as they are there, have this many columns */
    public void requireColumns(int expected) {
        if (rowLength > 0 && rowColumns != expected) {
            throw malformed("column count", expected + ", as its Relation says", Integer.toString(rowColumns));
        }
        if (oldTuple != OldTuple.NONE && oldColumns != expected) {
            throw malformed("old column count", expected + ", as its Relation says", Integer.toString(oldColumns));
        }
    }

    public Operation operation() {
        return operation;
    }

    /** OID of the table, to be read as unsigned. */
    public int relation() {
        return relation;
    }

    public OldTuple oldTuple() {
        return oldTuple;
    }

    public int oldOffset() {
        return oldOffset;
    }

    public int oldLength() {
        return oldLength;
    }

    public int rowOffset() {
        return rowOffset;
    }

    /** 0 if there is no new row. */
    public int rowLength() {
        return rowLength;
    }
}
