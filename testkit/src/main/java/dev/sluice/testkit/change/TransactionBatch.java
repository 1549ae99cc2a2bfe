package dev.sluice.testkit.change;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ChangeBatchBuilder;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.Transaction;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Changes of transactions, in order. May go on after {@link #build}, so that a transaction spans batches. */
public final class TransactionBatch {
    /** 2026-01-01 00:00 UTC; each transaction commits a second after the one before. */
    private static final long FIRST_COMMIT_MICROS = 1_767_225_600_000_000L;

    private static final byte[] NOTHING = {};

    private final ChangeBatchBuilder builder = new ChangeBatchBuilder(Integer.MAX_VALUE);
    private long commitMicros = FIRST_COMMIT_MICROS;

    TransactionBatch() {}

    public TransactionBatch begin(long xid, long commitLsn) {
        builder.begin(new Transaction(xid, commitLsn, commitMicros));
        commitMicros += 1_000_000;
        return this;
    }

    public TransactionBatch insert(Relation relation, @Nullable String... row) {
        return add(Operation.INSERT, relation, OldTuple.NONE, null, row);
    }

    /** An update that leaves the key alone, so without an old tuple. */
    public TransactionBatch update(Relation relation, @Nullable String... row) {
        return add(Operation.UPDATE, relation, OldTuple.NONE, null, row);
    }

    /** @param key the old key, NULL for the other columns; see {@link Batches#tuple} */
    public TransactionBatch updateKey(Relation relation, @Nullable String[] key, @Nullable String[] row) {
        return add(Operation.UPDATE, relation, OldTuple.KEY, key, row);
    }

    /** An update under REPLICA IDENTITY FULL. */
    public TransactionBatch updateFull(Relation relation, @Nullable String[] old, @Nullable String[] row) {
        return add(Operation.UPDATE, relation, OldTuple.FULL, old, row);
    }

    /** @param key the old key, NULL for the other columns */
    public TransactionBatch delete(Relation relation, @Nullable String... key) {
        return add(Operation.DELETE, relation, OldTuple.KEY, key, null);
    }

    /** A delete under REPLICA IDENTITY FULL. */
    public TransactionBatch deleteFull(Relation relation, @Nullable String... old) {
        return add(Operation.DELETE, relation, OldTuple.FULL, old, null);
    }

    public TransactionBatch truncate(Relation relation) {
        return add(Operation.TRUNCATE, relation, OldTuple.NONE, null, null);
    }

    public TransactionBatch commit(long endLsn) {
        builder.boundary(endLsn);
        return this;
    }

    /** What was added since the last call. */
    public ChangeBatch build() {
        return builder.build();
    }

    private TransactionBatch add(
            Operation operation,
            Relation relation,
            OldTuple kind,
            @Nullable String @Nullable [] old,
            @Nullable String @Nullable [] row) {
        byte[] oldBytes = old == null ? NOTHING : tuple(relation, old);
        byte[] rowBytes = row == null ? NOTHING : tuple(relation, row);
        byte[] both = new byte[oldBytes.length + rowBytes.length];
        System.arraycopy(oldBytes, 0, both, 0, oldBytes.length);
        System.arraycopy(rowBytes, 0, both, oldBytes.length, rowBytes.length);
        builder.add(operation, relation, kind, both, 0, oldBytes.length, oldBytes.length, rowBytes.length);
        return this;
    }

    /** PostgreSQL's manual, "Logical Replication Message Formats", TupleData. */
    private static byte[] tuple(Relation relation, @Nullable String[] values) {
        if (values.length != relation.columns().size()) {
            throw new IllegalArgumentException(relation.displayName() + " has "
                    + relation.columns().size() + " columns, given " + values.length + " values");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(values.length >>> 8);
        bytes.write(values.length);
        for (String value : values) {
            if (value == null) {
                bytes.write('n');
            } else if (value == Batches.ABSENT) {
                bytes.write('u');
            } else {
                byte[] text = value.getBytes(StandardCharsets.UTF_8);
                bytes.write('t');
                for (int shift = 24; shift >= 0; shift -= 8) {
                    bytes.write(text.length >>> shift);
                }
                bytes.writeBytes(text);
            }
        }
        return bytes.toByteArray();
    }
}
