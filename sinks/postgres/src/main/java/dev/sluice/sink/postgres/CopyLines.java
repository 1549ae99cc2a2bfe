package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ChangeBatch.Encoding;
import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.change.TupleCursor;
import dev.sluice.engine.change.ValueKind;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Writes batches of READs as lines of COPY's text format. Lines that came that way and that a route left whole pass
 * unread. For one thread.
 */
final class CopyLines {
    /** Where the lines go. */
    interface Target {
        void write(byte[] bytes, int offset, int length) throws IOException;
    }

    private final TableMapping mapping;
    private final boolean[] written;
    private final TupleCursor cursor = new TupleCursor();
    private byte[] line = new byte[1 << 16];
    private int length;

    CopyLines(TableMapping mapping) {
        this.mapping = mapping;
        this.written = new boolean[mapping.relation().columns().size()];
        mapping.columns().forEach(column -> written[column.number()] = true);
    }

    void write(ChangeBatch batch, Target target) throws IOException {
        if (batch.isEmpty()) {
            return;
        }
        if (isWhole(batch)) {
            target.write(batch.bytes(), 0, batch.bytes().length);
            return;
        }
        for (int row = 0; row < batch.size(); row++) {
            encode(batch, row);
            if (length > line.length / 2) {
                flush(target);
            }
        }
        flush(target);
    }

    private void flush(Target target) throws IOException {
        target.write(line, 0, length);
        length = 0;
    }

    /** Whether the bytes are exactly the lines of the batch's rows, with exactly the columns that are written. */
    private boolean isWhole(ChangeBatch batch) {
        return batch.encoding() == Encoding.COPY_TEXT
                && mapping.columns().size() == written.length
                && batch.isWhole()
                && columnsAreWhole(batch);
    }

    private boolean columnsAreWhole(ChangeBatch batch) {
        List<Column> columns = batch.relation(0).columns();
        if (columns.get(columns.size() - 1).index() != columns.size() - 1) {
            return false;
        }
        int fields = 1;
        byte[] bytes = batch.bytes();
        for (int i = batch.rowOffset(0); bytes[i] != '\n'; i++) {
            fields += bytes[i] == '\t' ? 1 : 0;
        }
        return fields == columns.size();
    }

    private void encode(ChangeBatch batch, int row) {
        cursor.toRow(batch, row);
        boolean first = true;
        while (cursor.next()) {
            if (!written[cursor.columnNumber()]) {
                continue;
            }
            if (!first) {
                put('\t');
            }
            first = false;
            if (cursor.kind() == ValueKind.NULL) {
                put('\\');
                put('N');
            } else if (cursor.kind() == ValueKind.TEXT) {
                putEscaped();
            } else {
                throw new SyncException(
                        ErrorKind.INTERNAL,
                        "column " + cursor.column().name() + " of a copied row of "
                                + mapping.relation().displayName() + " is " + cursor.kind());
            }
        }
        put('\n');
    }

    /** PostgreSQL's manual, COPY, "Text Format": what must be written with a backslash. */
    private void putEscaped() {
        byte[] bytes = cursor.bytes();
        for (int i = cursor.offset(); i < cursor.offset() + cursor.length(); i++) {
            switch (bytes[i]) {
                case '\\' -> putBoth('\\');
                case '\n' -> putBoth('n');
                case '\r' -> putBoth('r');
                case '\t' -> putBoth('t');
                default -> put(bytes[i]);
            }
        }
    }

    private void putBoth(char letter) {
        put('\\');
        put(letter);
    }

    private void put(int b) {
        if (length == line.length) {
            line = Arrays.copyOf(line, (int) Math.min(Integer.MAX_VALUE - 8L, length * 2L));
        }
        line[length++] = (byte) b;
    }
}
