package dev.sluice.engine.change;

import dev.sluice.engine.change.ChangeBatch.Encoding;
import dev.sluice.engine.change.ChangeBatch.Part;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gathers changes into batches, in the order in which they are added. Reused from batch to batch by one thread; only the
 * batch that {@link #build} returns is allocated, at its exact size.
 */
public final class ChangeBatchBuilder {
    private static final int INITIAL_BYTES = 1 << 16;

    private final int limitBytes;
    private final Map<Relation, Integer> relationNumbers = new IdentityHashMap<>();
    private final List<Relation> relations = new ArrayList<>();
    private final List<Part> parts = new ArrayList<>();
    private byte[] bytes = new byte[INITIAL_BYTES];
    private int byteCount;
    private int[] index = new int[256 * ChangeBatch.STRIDE];
    private int changeCount;
    private @Nullable Transaction open;
    private long ordinal;
    private boolean partNeeded;
    private Position reached = Position.NONE;
    private Position boundary = Position.NONE;
    private int boundaryIndex;
    private @Nullable Relation latestRelation;
    private int latestRelationNumber;

    /** @param limitBytes from which on {@link #isFull} is true; a single change may be larger */
    public ChangeBatchBuilder(int limitBytes) {
        this.limitBytes = limitBytes;
    }

    /** A transaction's changes follow. */
    public void begin(Transaction transaction) {
        if (open != null) {
            throw new IllegalStateException("transaction " + open.xid() + " is still open");
        }
        open = transaction;
        ordinal = 0;
        partNeeded = true;
    }

    /** A change of the open transaction is left out; it is counted all the same, so that the ordinals stay what they are. */
    public void skip() {
        requireOpen();
        ordinal++;
    }

    /** The ordinal that the next change of the open transaction will have. */
    public long nextOrdinal() {
        return ordinal + 1;
    }

    /**
     * Adds a change of the open transaction, copying its tuples.
     *
     * @param source where the tuples are, in TupleData form
     * @param oldOffset where the old tuple begins; not looked at for {@link OldTuple#NONE}
     * @param rowOffset where the new row begins; not looked at when {@code rowLength} is 0
     */
    public void add(
            Operation operation,
            Relation relation,
            OldTuple oldTuple,
            byte[] source,
            int oldOffset,
            int oldLength,
            int rowOffset,
            int rowLength) {
        Transaction transaction = requireOpen();
        ordinal++;
        if (partNeeded) {
            parts.add(new Part(transaction, ordinal));
            partNeeded = false;
        }
        int base = changeCount * ChangeBatch.STRIDE;
        if (base == index.length) {
            index = Arrays.copyOf(index, index.length * 2);
        }
        index[base + ChangeBatch.META] = operation.ordinal() | oldTuple.ordinal() << 4 | number(relation) << 8;
        index[base + ChangeBatch.OLD] =
                oldTuple == OldTuple.NONE ? ChangeBatch.NO_TUPLE : append(source, oldOffset, oldLength);
        index[base + ChangeBatch.ROW] = rowLength == 0 ? ChangeBatch.NO_TUPLE : append(source, rowOffset, rowLength);
        index[base + ChangeBatch.TRANSACTION] = parts.size() - 1;
        index[base + ChangeBatch.ORDINAL] =
                Math.toIntExact(ordinal - parts.get(parts.size() - 1).firstOrdinal());
        changeCount++;
    }

    /** The open transaction, if any, ends here and nothing is open. Moving the position back is a programming error. */
    public void boundary(long endLsn) {
        Position end = Position.boundary(endLsn);
        if (last().isAfter(end)) {
            throw new IllegalStateException("boundary " + end + " is before " + last());
        }
        open = null;
        partNeeded = false;
        reached = end;
        boundary = end;
        boundaryIndex = changeCount;
    }

    public boolean isFull() {
        return byteCount + 4L * ChangeBatch.STRIDE * changeCount + ChangeBatch.PART_BYTES * parts.size() >= limitBytes;
    }

    /** Whether there is neither a change nor a move of the position to tell. */
    public boolean isEmpty() {
        return changeCount == 0 && boundary.isNone();
    }

    public boolean inTransaction() {
        return open != null;
    }

    /** Forgets what has been gathered and the open transaction: the stream broke and will be read again. */
    public void reset() {
        clear();
        open = null;
        reached = Position.NONE;
    }

    /** What has been gathered; a transaction that is open goes on in the next batch. */
    public ChangeBatch build() {
        ChangeBatch batch = new ChangeBatch(
                Encoding.TUPLE_DATA,
                Arrays.copyOf(bytes, byteCount),
                Arrays.copyOf(index, changeCount * ChangeBatch.STRIDE),
                changeCount,
                relations.toArray(new Relation[0]),
                parts.toArray(new Part[0]),
                last(),
                boundary,
                boundaryIndex);
        clear();
        partNeeded = open != null;
        return batch;
    }

    private Position last() {
        return open != null && ordinal > 0 ? new Position(open.commitLsn(), ordinal) : reached;
    }

    private void clear() {
        relations.clear();
        relationNumbers.clear();
        latestRelation = null;
        parts.clear();
        byteCount = 0;
        changeCount = 0;
        boundary = Position.NONE;
        boundaryIndex = 0;
        if (bytes.length > Math.max(INITIAL_BYTES, 4L * limitBytes)) {
            bytes = new byte[INITIAL_BYTES]; // one huge row must not be held for ever
        }
    }

    private Transaction requireOpen() {
        if (open == null) {
            throw new IllegalStateException("no transaction is open");
        }
        return open;
    }

    private int append(byte[] source, int offset, int length) {
        int at = byteCount;
        int needed = Math.addExact(at, length);
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, bytes.length * 2L)));
        }
        System.arraycopy(source, offset, bytes, at, length);
        byteCount = needed;
        return at;
    }

    private int number(Relation relation) {
        if (relation != latestRelation) {
            latestRelationNumber = relationNumbers.computeIfAbsent(relation, added -> {
                relations.add(added);
                return relations.size() - 1;
            });
            latestRelation = relation;
        }
        return latestRelationNumber;
    }
}
