package dev.sluice.source.postgres.changelog;

import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.source.postgres.pgoutput.RelationMessage.ColumnDescription;
import dev.sluice.source.postgres.pgoutput.RowMessage;
import java.util.Arrays;
import java.util.List;

/** Makes of a logged row the message that a slot would send for it. Reused from row to row by one thread. */
final class RowEncoder {
    private final RowText before = new RowText();
    private final RowText after = new RowText();
    private byte[] bytes = new byte[1 << 12];
    private int length;

    /**
     * Its message is in {@link #bytes} then.
     *
     * @param row an INSERT, UPDATE or DELETE
     * @throws IllegalArgumentException if it does not have the fields of its shape
     */
    void encode(LogRow row, LogShape shape) {
        byte operation = row.operation();
        length = 0;
        put(operation);
        putInt((int) shape.message().oid());
        if (operation != RowMessage.INSERT) {
            row.readOld(before);
            requireFields(before, shape);
        }
        if (operation != RowMessage.DELETE) {
            row.readNew(after);
            requireFields(after, shape);
        }
        if (operation == RowMessage.DELETE || operation == RowMessage.UPDATE && isOldNeeded(shape)) {
            putOld(shape);
        }
        if (operation != RowMessage.DELETE) {
            put((byte) 'N');
            putTuple(shape, after, false);
        }
    }

    private static void requireFields(RowText row, LogShape shape) {
        if (row.count() != Math.max(1, shape.fieldCount())) {
            throw new IllegalArgumentException(
                    "a row has " + row.count() + " fields, its table had " + shape.fieldCount() + " columns");
        }
    }

    private static boolean isFull(LogShape shape) {
        return shape.message().identity() == ReplicaIdentity.FULL;
    }

    private boolean isOldNeeded(LogShape shape) {
        if (isFull(shape)) {
            return true;
        }
        List<ColumnDescription> columns = shape.message().columns();
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).key() && !before.isSame(shape.field(i), after)) {
                return true;
            }
        }
        return false;
    }

    private void putOld(LogShape shape) {
        boolean full = isFull(shape);
        put((byte) (full ? 'O' : 'K'));
        putTuple(shape, before, !full);
    }

    private void putTuple(LogShape shape, RowText row, boolean keyOnly) {
        List<ColumnDescription> columns = shape.message().columns();
        putShort(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            int field = shape.field(i);
            if (row.isNull(field) || keyOnly && !columns.get(i).key()) {
                put((byte) 'n');
            } else {
                putValue(row, field);
            }
        }
    }

    private void putValue(RowText row, int field) {
        put((byte) 't');
        require(4 + row.longest(field));
        int start = length + 4;
        int end = row.copy(field, bytes, start);
        putInt(end - start);
        length = end;
    }

    private void put(byte value) {
        require(1);
        bytes[length++] = value;
    }

    private void putShort(int value) {
        put((byte) (value >>> 8));
        put((byte) value);
    }

    private void putInt(int value) {
        putShort(value >>> 16);
        putShort(value);
    }

    private void require(int more) {
        if (bytes.length - length < more) {
            bytes = Arrays.copyOf(
                    bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max((long) length + more, bytes.length * 2L)));
        }
    }

    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }
}
