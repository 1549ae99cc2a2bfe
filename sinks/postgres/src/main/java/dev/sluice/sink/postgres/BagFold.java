package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.change.SyncException;
import java.util.Arrays;
import java.util.List;

/**
 * Folds the changes of a table without a key. Its rows are a bag: equal ones cannot be told apart, so it does not matter
 * which of them goes. An update takes one row out and puts one in. A row that was put in by the same batch is taken back
 * before one of the target's is; then the remaining removals run first, and the remaining rows are inserted in order.
 */
final class BagFold implements TableFold {
    private static final int NONE = -1;

    private final ChangeBatch batch;
    private final TableMapping mapping;
    private final RowReader reader;
    private final boolean rowsMayGo;
    private final KeyTable images = new KeyTable();
    private final ValueBytes image = new ValueBytes();
    /** For each image the last pending insert of such a row, and for each pending insert the one before. */
    private int[] lastInsert = new int[64];

    private int[] insertBefore = new int[64];
    private int[] inserts = new int[64];
    private int insertCount;
    private int[] removals = new int[16];
    private int removalCount;

    BagFold(ChangeBatch batch, TableMapping mapping) {
        this.batch = batch;
        this.mapping = mapping;
        this.reader = new RowReader(batch, mapping);
        this.rowsMayGo = mapping.relation().identity() == ReplicaIdentity.FULL;
    }

    @Override
    public void add(int change) {
        Operation operation = batch.operation(change);
        if (operation == Operation.UPDATE || operation == Operation.DELETE) {
            requireWholeOldRow(change);
            remove(change);
        }
        if (operation != Operation.DELETE) {
            insert(change);
        }
    }

    private void insert(int change) {
        if (insertCount == inserts.length) {
            inserts = Arrays.copyOf(inserts, insertCount * 2);
            insertBefore = Arrays.copyOf(insertBefore, insertCount * 2);
        }
        if (rowsMayGo) {
            reader.load(change);
            reader.image(image);
            int entry = entry();
            insertBefore[insertCount] = lastInsert[entry];
            lastInsert[entry] = insertCount;
        }
        inserts[insertCount++] = change;
    }

    private void remove(int change) {
        reader.oldImage(change, image);
        int entry = entry();
        int pending = lastInsert[entry];
        if (pending != NONE) {
            inserts[pending] = NONE;
            lastInsert[entry] = insertBefore[pending];
            return;
        }
        if (removalCount == removals.length) {
            removals = Arrays.copyOf(removals, removalCount * 2);
        }
        removals[removalCount++] = change;
    }

    private int entry() {
        int known = images.size();
        int entry = images.put(image);
        if (entry == lastInsert.length) {
            lastInsert = Arrays.copyOf(lastInsert, entry * 2);
        }
        if (entry == known) {
            lastInsert[entry] = NONE;
        }
        return entry;
    }

    private void requireWholeOldRow(int change) {
        if (batch.oldTuple(change) != OldTuple.FULL) {
            throw new SyncException(
                    ErrorKind.SINK_MISFIT,
                    mapping.relation().displayName() + " has no key and no REPLICA IDENTITY FULL, so its "
                            + batch.operation(change) + " at " + batch.position(change) + " cannot be applied");
        }
    }

    @Override
    public void drainTo(List<Statement> statements) {
        if (removalCount > 0) {
            RowArrays rows = new RowArrays(mapping.columns().size(), removalCount);
            for (int i = 0; i < removalCount; i++) {
                reader.loadOld(removals[i]);
                reader.addTo(rows, mapping.columns());
            }
            statements.add(mapping.statement(mapping.statements().delete(), "delete from", rows));
        }
        int[] inserted = Arrays.stream(inserts, 0, insertCount)
                .filter(change -> change != NONE)
                .toArray();
        if (inserted.length > 0) {
            statements.add(mapping.isForCopying() ? copy(inserted) : insert(inserted));
        }
        insertCount = 0;
        removalCount = 0;
        images.clear();
    }

    private Statement copy(int[] inserted) {
        return mapping.copy(new FoldedRows(batch, mapping, inserted, new int[0]));
    }

    private Statement insert(int[] inserted) {
        RowArrays rows = new RowArrays(mapping.columns().size(), inserted.length);
        for (int change : inserted) {
            reader.load(change);
            reader.addTo(rows, mapping.columns());
        }
        return mapping.statement(mapping.statements().insert(), "insert into", rows);
    }
}
