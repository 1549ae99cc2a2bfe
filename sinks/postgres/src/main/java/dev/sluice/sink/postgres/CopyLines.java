package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ChangeBatch.Encoding;
import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.change.TupleCursor;
import dev.sluice.engine.change.ValueKind;
import java.sql.SQLException;
import java.util.List;

/**
 * Writes batches of READs as lines of COPY's text format. Lines that came that way and that a route left whole pass
 * unread. For one thread.
 */
final class CopyLines {
    private final TableMapping mapping;
    private final TupleCursor cursor = new TupleCursor();
    private final CopyText text = new CopyText();

    CopyLines(TableMapping mapping) {
        this.mapping = mapping;
    }

    void write(ChangeBatch batch, CopyText.Target target) throws SQLException {
        if (batch.isEmpty()) {
            return;
        }
        if (isWhole(batch)) {
            target.write(batch.bytes(), 0, batch.bytes().length);
            return;
        }
        for (int row = 0; row < batch.size(); row++) {
            encode(batch, row);
            text.sendEnough(target);
        }
        text.sendAll(target);
    }

    /** Whether the bytes are exactly the lines of the batch's rows, with exactly the columns that are written. */
    private boolean isWhole(ChangeBatch batch) {
        return batch.encoding() == Encoding.COPY_TEXT
                && mapping.columns().size() == mapping.relation().columns().size()
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
        text.beginLine();
        while (cursor.next()) {
            if (!mapping.isWritten(cursor.columnNumber())) {
                continue;
            }
            if (cursor.kind() == ValueKind.NULL) {
                text.addNull();
            } else if (cursor.kind() == ValueKind.TEXT) {
                text.add(cursor.bytes(), cursor.offset(), cursor.length());
            } else {
                throw new SyncException(
                        ErrorKind.INTERNAL,
                        "column " + cursor.column().name() + " of a copied row of "
                                + mapping.relation().displayName() + " is " + cursor.kind());
            }
        }
        text.endLine();
    }
}
