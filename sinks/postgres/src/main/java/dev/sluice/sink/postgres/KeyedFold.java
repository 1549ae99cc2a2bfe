package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Operation;
import dev.sluice.sink.postgres.TableMapping.Mapped;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Folds the changes of a table with a key: what counts for each key is whether its row is gone and what it is in the end.
 * Rows that go are deleted first, then rows of which only some columns are known are updated, then the others are upserted.
 * Where rows can go by COPY, those do that the batch begins with an insert and that cannot be in the target, if source and
 * target agree.
 *
 * <p>Values that an update did not carry (unchanged TOAST) come from an earlier change of the same batch if there is one,
 * and otherwise stay as the target has them. An update of the key that lacks values nobody in the batch knows cannot be
 * folded into a delete and an upsert: such {@link KeyMoves} run on their own, after what came before.
 */
final class KeyedFold implements TableFold {
    private static final byte DELETED = 1;
    private static final byte LIVE = 2;
    private static final byte COMPLETE = 4;
    /** The batch's first change of the key inserts it. */
    private static final byte INSERTED = 8;

    private final ChangeBatch batch;
    private final TableMapping mapping;
    private final RowReader reader;
    private final KeyTable keys = new KeyTable();
    private final ValueBytes newKey = new ValueBytes();
    private final ValueBytes oldKey = new ValueBytes();
    private final KeyMoves moves;
    private byte[] states = new byte[64];
    /** For each key the change that last touched it: its new row if it is live, otherwise its old tuple. */
    private int[] latest = new int[64];
    /** For each change the one that knows the values it lacks. Made when the first such change comes. */
    private int[] carriedFrom = {};

    /** The changes so far, while all of them are inserts that can go by COPY: there is nothing to fold. */
    private int[] inserts = new int[64];

    private int insertCount;

    private final List<Statement> drained = new ArrayList<>();

    KeyedFold(ChangeBatch batch, TableMapping mapping) {
        this.batch = batch;
        this.mapping = mapping;
        this.reader = new RowReader(batch, mapping);
        this.moves = new KeyMoves(mapping, reader);
    }

    @Override
    public void add(int change) {
        Operation operation = batch.operation(change);
        if (operation == Operation.INSERT && mapping.isForCopying() && keys.size() == 0 && moves.isEmpty()) {
            keepInsert(change);
            return;
        }
        foldInserts();
        switch (operation) {
            case READ, INSERT -> {
                reader.insertedKey(change, newKey);
                closeMoves();
                insert(change);
            }
            case UPDATE -> update(change);
            case DELETE -> {
                reader.oldKey(change, oldKey);
                closeMoves();
                delete(change);
            }
            case TRUNCATE -> throw new IllegalStateException("a TRUNCATE is not folded");
        }
    }

    private void keepInsert(int change) {
        if (insertCount == inserts.length) {
            inserts = Arrays.copyOf(inserts, insertCount * 2);
        }
        inserts[insertCount++] = change;
    }

    private void foldInserts() {
        for (int i = 0; i < insertCount; i++) {
            reader.insertedKey(inserts[i], newKey);
            insert(inserts[i]);
        }
        insertCount = 0;
    }

    private void update(int change) {
        int missing = reader.newKey(change, newKey);
        boolean keyChanged = reader.oldKey(change, oldKey) && !oldKey.sameAs(newKey);
        if (missing > 0 && keyChanged) {
            changeKeyOfPartOfRow(change);
            return;
        }
        closeMoves();
        if (missing > 0) {
            updatePartOfRow(change);
            return;
        }
        if (keyChanged) {
            delete(change);
            insert(change);
        } else {
            become(entry(newKey), change);
        }
    }

    /** The new row, whose key no row had before, if source and target agree. */
    private void insert(int change) {
        int entry = entry(newKey);
        if ((states[entry] & LIVE) == 0) {
            states[entry] |= INSERTED;
        }
        become(entry, change);
    }

    private void updatePartOfRow(int change) {
        int entry = entry(newKey);
        if ((states[entry] & LIVE) != 0) {
            carry(change, latest[entry]);
        } else if (states[entry] == DELETED) {
            return; // the row was deleted before: there is nothing to update
        } else {
            states[entry] = LIVE;
        }
        latest[entry] = change;
    }

    private void changeKeyOfPartOfRow(int change) {
        int before = keys.find(oldKey);
        if (before >= 0 && (states[before] & COMPLETE) != 0) {
            carry(change, latest[before]);
            delete(change);
            insert(change);
        } else if (before < 0 || (states[before] & LIVE) != 0) {
            drainEntries();
            if (!moves.add(change, oldKey, newKey)) {
                closeMoves();
                moves.add(change, oldKey, newKey);
            }
        }
    }

    /** The row with the new key is what the change says, all of it known. */
    private void become(int entry, int change) {
        states[entry] = (byte) (states[entry] & (DELETED | INSERTED) | LIVE | COMPLETE);
        latest[entry] = change;
    }

    private void delete(int change) {
        int entry = entry(oldKey);
        states[entry] = DELETED;
        latest[entry] = change;
    }

    private int entry(ValueBytes key) {
        int entry = keys.put(key);
        if (entry == states.length) {
            states = Arrays.copyOf(states, entry * 2);
            latest = Arrays.copyOf(latest, entry * 2);
        }
        return entry;
    }

    private void carry(int change, int from) {
        if (carriedFrom.length == 0) {
            carriedFrom = new int[batch.size()];
            Arrays.fill(carriedFrom, RowReader.NONE);
        }
        carriedFrom[change] = from;
    }

    @Override
    public void drainTo(List<Statement> statements) {
        closeMoves();
        drainEntries();
        if (insertCount > 0) {
            drained.add(mapping.copy(new FoldedRows(batch, mapping, Arrays.copyOf(inserts, insertCount), carriedFrom)));
            insertCount = 0;
        }
        statements.addAll(drained);
        drained.clear();
    }

    private void closeMoves() {
        moves.drainTo(drained);
    }

    private void drainEntries() {
        if (keys.size() == 0) {
            return;
        }
        int deletes = 0;
        int updates = 0;
        int upserts = 0;
        int copies = 0;
        for (int entry = 0; entry < keys.size(); entry++) {
            byte state = states[entry]; // may be deleted and live again, then it counts for both
            deletes += (state & DELETED) != 0 ? 1 : 0;
            updates += (state & (LIVE | COMPLETE)) == LIVE ? 1 : 0;
            copies += isCopied(state) ? 1 : 0;
            upserts += (state & COMPLETE) != 0 && !isCopied(state) ? 1 : 0;
        }
        if (deletes > 0) {
            drained.add(deletes(deletes));
        }
        if (updates > 0) {
            drainUpdates();
        }
        if (upserts > 0) {
            drained.add(upserts(upserts));
        }
        if (copies > 0) {
            drained.add(copies(copies));
        }
        Arrays.fill(states, 0, keys.size(), (byte) 0);
        keys.clear();
    }

    private Statement deletes(int count) {
        List<Mapped> key = mapping.columns().stream().filter(Mapped::key).toList();
        RowArrays rows = new RowArrays(key.size(), count);
        for (int entry = 0; entry < keys.size(); entry++) {
            if ((states[entry] & DELETED) != 0) {
                if ((states[entry] & LIVE) != 0) {
                    load(entry); // deleted, and inserted again since
                } else {
                    reader.loadOld(latest[entry]);
                }
                reader.addTo(rows, key);
            }
        }
        return mapping.statement(mapping.statements().delete(), "delete from", rows);
    }

    private Statement upserts(int count) {
        RowArrays rows = new RowArrays(mapping.columns().size(), count);
        for (int entry = 0; entry < keys.size(); entry++) {
            if ((states[entry] & COMPLETE) != 0 && !isCopied(states[entry])) {
                load(entry);
                reader.addTo(rows, mapping.columns());
            }
        }
        return mapping.statement(mapping.statements().upsert(), "write to", rows);
    }

    private boolean isCopied(byte state) {
        return mapping.isForCopying() && (state & (COMPLETE | INSERTED)) == (COMPLETE | INSERTED);
    }

    private Statement copies(int count) {
        int[] changes = new int[count];
        int copied = 0;
        for (int entry = 0; entry < keys.size(); entry++) {
            if (isCopied(states[entry])) {
                changes[copied++] = latest[entry];
            }
        }
        return mapping.copy(new FoldedRows(batch, mapping, changes, carriedFrom));
    }

    /** One statement for each set of columns that are known. */
    private void drainUpdates() {
        Map<BitSet, RowArrays> groups = new LinkedHashMap<>();
        for (int entry = 0; entry < keys.size(); entry++) {
            if ((states[entry] & (LIVE | COMPLETE)) == LIVE) {
                load(entry);
                List<Mapped> known = reader.knownColumns();
                reader.addTo(groups.computeIfAbsent(reader.known(), any -> new RowArrays(known.size(), 16)), known);
            }
        }
        groups.forEach((known, rows) -> {
            String sql = mapping.statements().update(column -> known.get(column.number()));
            if (sql != null) {
                drained.add(mapping.statement(sql, "update", rows));
            }
        });
    }

    /** The row as it is in the end, as far as this batch knows it. */
    private void load(int entry) {
        reader.load(latest[entry], carriedFrom);
    }
}
