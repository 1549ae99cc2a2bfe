package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.change.TupleCursor;
import dev.sluice.engine.change.ValueKind;
import dev.sluice.sink.postgres.TableMapping.Mapped;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the values and keys of one relation's changes out of a batch. A value that a new row lacks (unchanged TOAST) is
 * taken from the change's own old tuple where that has it. For one thread.
 */
final class RowReader {
    static final int NONE = -1;

    private final ChangeBatch batch;
    private final TableMapping mapping;
    private final TupleCursor cursor = new TupleCursor();
    /** For each column where its value stands; no bytes for NULL. */
    private final byte[] @Nullable [] sources;

    private final int[] offsets;
    private final int[] lengths;
    private final boolean[] known;
    private int unknown;

    RowReader(ChangeBatch batch, TableMapping mapping) {
        this.batch = batch;
        this.mapping = mapping;
        int columns = mapping.relation().columns().size();
        sources = new byte[columns][];
        offsets = new int[columns];
        lengths = new int[columns];
        known = new boolean[columns];
    }

    /** Puts the key of a row that was inserted, and so lacks nothing, into {@code key}. */
    void insertedKey(int change, ValueBytes key) {
        key.clear();
        cursor.toRow(batch, change);
        for (int left = mapping.keyCount(); left > 0 && cursor.next(); ) {
            if (mapping.isKey(cursor.columnNumber())) {
                append(key);
                left--;
            }
        }
    }

    /** Puts the new row's key into {@code key}. @return how many of the row's columns are unknown even with its old tuple */
    int newKey(int change, ValueBytes key) {
        key.clear();
        OldTuple old = batch.oldTuple(change);
        int missing = 0;
        cursor.toRow(batch, change);
        while (cursor.next()) {
            boolean isKey = mapping.isKey(cursor.columnNumber());
            if (cursor.kind() == ValueKind.ABSENT) {
                if (old == OldTuple.FULL || old == OldTuple.KEY && isKey) {
                    if (isKey) {
                        return keyFromBoth(change, key);
                    }
                } else {
                    missing++;
                }
            } else if (isKey) {
                append(key);
            }
        }
        return missing;
    }

    /** Rare: a key value that is stored out of line and was not changed is only in the old tuple. */
    private int keyFromBoth(int change, ValueBytes key) {
        load(change);
        key.clear();
        for (int i = 0; i < known.length; i++) {
            if (mapping.isKey(i)) {
                key.append(sources[i], offsets[i], lengths[i]);
            }
        }
        return unknown;
    }

    /** Puts the old tuple's key into {@code key}; false if the change has no old tuple. */
    boolean oldKey(int change, ValueBytes key) {
        key.clear();
        if (!cursor.toOld(batch, change)) {
            return false;
        }
        while (cursor.next()) {
            if (mapping.isKey(cursor.columnNumber())) {
                append(key);
            }
        }
        return true;
    }

    /** Puts all values of the old tuple into {@code image}. */
    void oldImage(int change, ValueBytes image) {
        image.clear();
        cursor.toOld(batch, change);
        while (cursor.next()) {
            append(image);
        }
    }

    /** Puts all values that are loaded into {@code image}. */
    void image(ValueBytes image) {
        image.clear();
        for (int i = 0; i < known.length; i++) {
            image.append(sources[i], offsets[i], lengths[i]);
        }
    }

    /**
     * Loads the row as it is after a change, as far as its batch knows it.
     *
     * @param carriedFrom for each change the one that knows the values it lacks, or {@link #NONE}; empty where none does
     */
    void load(int change, int[] carriedFrom) {
        load(change);
        int from = change;
        while (unknown > 0 && carriedFrom.length > 0 && carriedFrom[from] != NONE) {
            from = carriedFrom[from];
            complete(from);
        }
    }

    /** Loads the new row, completed from its own old tuple. */
    void load(int change) {
        Arrays.fill(known, false);
        unknown = known.length;
        complete(change);
    }

    /** Fills what is still unknown from the new row of an earlier change to the same row. */
    private void complete(int change) {
        cursor.toRow(batch, change);
        take(false);
        OldTuple old = batch.oldTuple(change);
        if (unknown > 0 && old != OldTuple.NONE) {
            cursor.toOld(batch, change);
            take(old == OldTuple.KEY);
        }
    }

    /** Loads the old tuple; outside a FULL one only the key means anything. */
    void loadOld(int change) {
        Arrays.fill(known, false);
        unknown = known.length;
        cursor.toOld(batch, change);
        take(false);
    }

    private void take(boolean onlyKey) {
        while (cursor.next()) {
            int number = cursor.columnNumber();
            if (!known[number] && cursor.kind() != ValueKind.ABSENT && (!onlyKey || mapping.isKey(number))) {
                keep(number);
                known[number] = true;
                unknown--;
            }
        }
    }

    private void keep(int number) {
        if (cursor.kind() == ValueKind.NULL) {
            sources[number] = null;
            offsets[number] = 0;
            lengths[number] = 0;
            return;
        }
        requireText();
        boolean lasting = cursor.bytes() == batch.bytes(); // else it is good until the cursor moves on
        sources[number] = lasting ? batch.bytes() : cursor.copy();
        offsets[number] = lasting ? cursor.offset() : 0;
        lengths[number] = cursor.length();
    }

    /** How many columns of the loaded row are unknown. */
    int unknown() {
        return unknown;
    }

    /** Which columns of the loaded row are known, by their number. */
    BitSet known() {
        BitSet set = new BitSet(known.length);
        for (int i = 0; i < known.length; i++) {
            set.set(i, known[i]);
        }
        return set;
    }

    /** The columns to write of which the loaded row knows the value. */
    List<Mapped> knownColumns() {
        return unknown == 0
                ? mapping.columns()
                : mapping.columns().stream()
                        .filter(column -> known[column.number()])
                        .toList();
    }

    /** Adds the loaded row. */
    void addTo(RowArrays rows, List<Mapped> columns) {
        addTo(rows, 0, columns);
    }

    /** Adds the loaded row's values to some columns, from {@code firstColumn} on. */
    void addTo(RowArrays rows, int firstColumn, List<Mapped> columns) {
        for (int i = 0; i < columns.size(); i++) {
            int number = columns.get(i).number();
            rows.add(firstColumn + i, sources[number], offsets[number], lengths[number]);
        }
    }

    /** Adds the new row to a line; false if it lacks a value, and the line is then worth nothing. */
    boolean addRowTo(CopyText line, int change) {
        cursor.toRow(batch, change);
        while (cursor.next()) {
            if (!mapping.isWritten(cursor.columnNumber())) {
                continue;
            }
            if (cursor.kind() == ValueKind.NULL) {
                line.addNull();
            } else if (cursor.kind() == ValueKind.ABSENT) {
                return false;
            } else {
                requireText();
                line.add(cursor.bytes(), cursor.offset(), cursor.length());
            }
        }
        return true;
    }

    /** Adds the loaded row to a line. */
    void addLoadedTo(CopyText line) {
        for (Mapped column : mapping.columns()) {
            int number = column.number();
            byte[] source = sources[number];
            if (source == null) {
                line.addNull();
            } else {
                line.add(source, offsets[number], lengths[number]);
            }
        }
    }

    private void append(ValueBytes key) {
        if (cursor.kind() == ValueKind.NULL || cursor.kind() == ValueKind.ABSENT) {
            key.append(null, 0, 0);
        } else {
            requireText();
            key.append(cursor.bytes(), cursor.offset(), cursor.length());
        }
    }

    private void requireText() {
        if (cursor.kind() == ValueKind.BINARY) {
            throw new SyncException(
                    ErrorKind.INTERNAL,
                    "column " + cursor.column().name() + " of "
                            + mapping.relation().displayName()
                            + " came in binary form, which this sink does not ask for");
        }
    }
}
