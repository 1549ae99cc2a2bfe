package dev.sluice.engine.change;

import dev.sluice.engine.change.ChangeBatch.Encoding;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Walks over the values of one tuple, column by column, without making an object. For one thread; made once and moved
 * from tuple to tuple:
 *
 * <pre>
 * TupleCursor cursor = new TupleCursor();
 * if (cursor.toRow(batch, change)) {
 *     while (cursor.next()) {
 *         use(cursor.column(), cursor.kind(), cursor.bytes(), cursor.offset(), cursor.length());
 *     }
 * }
 * </pre>
 *
 * Only the columns of the batch's relation are shown, so columns that a route left out are never seen.
 */
public final class TupleCursor {
    private static final byte[] NO_BYTES = {};

    private List<Column> columns = List.of();
    private boolean copyText;
    private byte[] source = NO_BYTES;
    private int at;
    private int wireIndex;
    private int wireCount;
    private int columnNumber;

    private ValueKind kind = ValueKind.NULL;
    private byte[] value = NO_BYTES;
    private int offset;
    private int length;
    private byte[] scratch = NO_BYTES;

    /** Moves before the first column of the new row; false if the change has none. */
    public boolean toRow(ChangeBatch batch, int change) {
        return to(batch, change, batch.rowOffset(change));
    }

    /** Moves before the first column of the old tuple; false if the change has none. */
    public boolean toOld(ChangeBatch batch, int change) {
        return to(batch, change, batch.oldOffset(change));
    }

    private boolean to(ChangeBatch batch, int change, int start) {
        columns = batch.relation(change).columns();
        columnNumber = -1;
        wireIndex = 0;
        source = batch.bytes();
        copyText = batch.encoding() == Encoding.COPY_TEXT;
        if (start < 0) {
            wireCount = 0;
            columns = List.of();
            return false;
        }
        at = start;
        if (copyText) {
            wireCount = Integer.MAX_VALUE;
        } else {
            wireCount = (source[at] & 0xFF) << 8 | source[at + 1] & 0xFF;
            at += 2;
        }
        return true;
    }

    /** Moves to the next column; false after the last. */
    public boolean next() {
        if (++columnNumber >= columns.size()) {
            return false;
        }
        int wanted = columns.get(columnNumber).index();
        while (wireIndex < wanted) {
            requireMore();
            if (copyText) {
                passField(CopyField.end(source, at));
            } else {
                skipValue();
            }
            wireIndex++;
        }
        requireMore();
        if (copyText) {
            readField();
        } else {
            readValue();
        }
        wireIndex++;
        return true;
    }

    public Column column() {
        return columns.get(columnNumber);
    }

    /** Number of the column among the relation's columns, from 0. */
    public int columnNumber() {
        return columnNumber;
    }

    public ValueKind kind() {
        return kind;
    }

    /** Where the value's bytes are; valid until the cursor moves. Not to be written to. */
    public byte[] bytes() {
        return value;
    }

    public int offset() {
        return offset;
    }

    /** In bytes; 0 for NULL and for values that were not sent. */
    public int length() {
        return length;
    }

    /** The value as a String. For keys in messages and the like, not for hot paths. */
    public String text() {
        return new String(value, offset, length, StandardCharsets.UTF_8);
    }

    private void requireMore() {
        if (wireIndex >= wireCount) {
            throw new SyncException(
                    ErrorKind.INTERNAL,
                    "a tuple has " + wireCount + " columns, its relation expects column "
                            + columns.get(columnNumber).name() + " at index "
                            + columns.get(columnNumber).index());
        }
    }

    private void skipValue() {
        byte code = source[at++];
        if (code == 't' || code == 'b') {
            at += 4 + readInt(at);
        }
    }

    private void readValue() {
        byte code = source[at++];
        offset = 0;
        length = 0;
        switch (code) {
            case 'n' -> kind = ValueKind.NULL;
            case 'u' -> kind = ValueKind.ABSENT;
            default -> {
                kind = code == 'b' ? ValueKind.BINARY : ValueKind.TEXT;
                length = readInt(at);
                value = source;
                offset = at + 4;
                at = offset + length;
            }
        }
    }

    private int readInt(int from) {
        return (source[from] & 0xFF) << 24
                | (source[from + 1] & 0xFF) << 16
                | (source[from + 2] & 0xFF) << 8
                | source[from + 3] & 0xFF;
    }

    private void readField() {
        int end = CopyField.endOrEscape(source, at);
        kind = ValueKind.TEXT;
        if (source[end] != '\\') {
            value = source;
            offset = at;
            length = end - at;
        } else {
            end = CopyField.end(source, end);
            readEscaped(end);
        }
        passField(end);
    }

    private void readEscaped(int end) {
        if (end - at == 2 && source[at + 1] == 'N') {
            kind = ValueKind.NULL;
            offset = 0;
            length = 0;
        } else {
            unescape(end);
        }
    }

    /** The line ends with its last field; the next line is another row's. */
    private void passField(int end) {
        if (source[end] == '\n') {
            wireCount = wireIndex + 1;
        }
        at = end + 1;
    }

    /** COPY TO writes only these escapes: PostgreSQL's manual, COPY, "Text Format". */
    private void unescape(int end) {
        if (scratch.length < end - at) {
            scratch = new byte[Math.max(end - at, 256)];
        }
        int to = 0;
        for (int i = at; i < end; i++) {
            byte b = source[i];
            if (b == '\\' && i + 1 < end) {
                i++;
                b = switch (source[i]) {
                    case 'b' -> '\b';
                    case 'f' -> '\f';
                    case 'n' -> '\n';
                    case 'r' -> '\r';
                    case 't' -> '\t';
                    case 'v' -> 0x0B;
                    default -> source[i];
                };
            }
            scratch[to++] = b;
        }
        value = scratch;
        offset = 0;
        length = to;
    }

    /** A copy of the current value's bytes. */
    public byte[] copy() {
        return Arrays.copyOfRange(value, offset, offset + length);
    }
}
