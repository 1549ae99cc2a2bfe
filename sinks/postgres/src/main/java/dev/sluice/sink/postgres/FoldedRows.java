package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import java.sql.SQLException;

/**
 * Rows of one table as they are after some changes of a batch, written from the bytes of the batch. Those that lack
 * a value (unchanged TOAST) have it from another change, which knows it. For one thread.
 */
final class FoldedRows implements Statement.Rows {
    private final ChangeBatch batch;
    private final TableMapping mapping;
    private final int[] changes;
    private final int[] carriedFrom;

    /**
     * @param changes whose new rows they are
     * @param carriedFrom see {@link RowReader#load(int, int[])}
     */
    FoldedRows(ChangeBatch batch, TableMapping mapping, int[] changes, int[] carriedFrom) {
        this.batch = batch;
        this.mapping = mapping;
        this.changes = changes;
        this.carriedFrom = carriedFrom;
    }

    @Override
    public void writeTo(CopyText.Target target) throws SQLException {
        RowReader reader = new RowReader(batch, mapping);
        CopyText text = new CopyText();
        for (int change : changes) {
            text.beginLine();
            if (!reader.addRowTo(text, change)) {
                text.discardLine();
                reader.load(change, carriedFrom);
                reader.addLoadedTo(text);
            }
            text.endLine();
            text.sendEnough(target);
        }
        text.sendAll(target);
    }
}
