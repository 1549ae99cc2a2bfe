package dev.sluice.engine.change;

import dev.sluice.engine.change.ChangeBatch.Encoding;
import dev.sluice.engine.change.ChangeBatch.Part;
import java.util.Arrays;

/** Gathers the lines of one table's COPY into batches of READs. For one thread; reused from batch to batch. */
public final class CopyBatchBuilder {
    private static final int INITIAL_BYTES = 1 << 16;

    private final Relation relation;
    private final Position snapshot;
    private final int limitBytes;
    private byte[] bytes = new byte[INITIAL_BYTES];
    private int byteCount;
    private int[] index = new int[256 * ChangeBatch.STRIDE];
    private int rowCount;

    /**
     * @param relation its columns are those of the COPY, in order, indexed from 0 without a gap
     * @param snapshot the boundary at which the table is read
     * @param limitBytes from which on {@link #isFull} is true; a single row may be larger
     */
    public CopyBatchBuilder(Relation relation, Position snapshot, int limitBytes) {
        this.relation = relation;
        this.snapshot = snapshot;
        this.limitBytes = limitBytes;
    }

    /**
     * Adds one row.
     *
     * @param line one whole line of COPY's text format, its newline included
     */
    public void add(byte[] line) {
        addToIndex(Operation.READ, byteCount);
        int needed = Math.addExact(byteCount, line.length);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, bytes.length * 2L)));
        }
        System.arraycopy(line, 0, bytes, byteCount, line.length);
        byteCount = needed;
    }

    /** The table is read anew: whatever was read of it before, and changed since, is void. */
    public void truncate() {
        addToIndex(Operation.TRUNCATE, ChangeBatch.NO_TUPLE);
    }

    private void addToIndex(Operation operation, int row) {
        int base = rowCount * ChangeBatch.STRIDE;
        if (base == index.length) {
            index = Arrays.copyOf(index, index.length * 2);
        }
        index[base + ChangeBatch.META] = operation.ordinal();
        index[base + ChangeBatch.OLD] = ChangeBatch.NO_TUPLE;
        index[base + ChangeBatch.ROW] = row;
        index[base + ChangeBatch.TRANSACTION] = -1;
        rowCount++;
    }

    public boolean isFull() {
        return byteCount + 4L * ChangeBatch.STRIDE * rowCount >= limitBytes;
    }

    public boolean isEmpty() {
        return rowCount == 0;
    }

    public ChangeBatch build() {
        ChangeBatch batch = new ChangeBatch(
                Encoding.COPY_TEXT,
                Arrays.copyOf(bytes, byteCount),
                Arrays.copyOf(index, rowCount * ChangeBatch.STRIDE),
                rowCount,
                new Relation[] {relation},
                new Part[0],
                snapshot,
                snapshot,
                rowCount);
        byteCount = 0;
        rowCount = 0;
        if (bytes.length > Math.max(INITIAL_BYTES, 4L * limitBytes)) {
            bytes = new byte[INITIAL_BYTES];
        }
        return batch;
    }
}
