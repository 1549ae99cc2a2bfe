package dev.sluice.engine.change;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Changes in source order: the unit that flows. Immutable, shared by all lanes, safe for any thread.
 *
 * <p>It holds the bytes that the server sent, in one array, and where each tuple begins; a value is looked at only when
 * somebody moves a {@link TupleCursor} over it. There is no object per row. Bytes are in one of two {@link Encoding}s.
 *
 * <p>A transaction may span batches. {@link #last()} is where the stream stands after the batch, a boundary unless a
 * transaction is still open. A batch may hold no change at all and still move the position: a keepalive, an empty
 * transaction, or a batch whose every change was filtered out.
 */
public final class ChangeBatch {
    /** How {@link #bytes()} are to be read; {@link TupleCursor} reads both. */
    public enum Encoding {
        /** pgoutput's TupleData: Int16 columns, then for each a kind byte and, for values, Int32 length and bytes. */
        TUPLE_DATA,
        /** Lines of COPY's text format, one relation, every change a {@link Operation#READ}. */
        COPY_TEXT
    }

    /** Ints per change in {@link #index}: what it is, old tuple, row, transaction, ordinal within the batch's part. */
    static final int STRIDE = 5;

    static final int META = 0;
    static final int OLD = 1;
    static final int ROW = 2;
    static final int TRANSACTION = 3;
    static final int ORDINAL = 4;

    /** What one entry of {@link #parts} costs, near enough. */
    static final long PART_BYTES = 64;

    /** Offset of a tuple that is not there. */
    static final int NO_TUPLE = -1;

    private static final int[] NO_INDEX = {};
    private static final byte[] NO_BYTES = {};
    private static final Relation[] NO_RELATIONS = {};
    private static final Part[] NO_PARTS = {};

    /** The part of a transaction that a batch holds: ordinals in the index count from {@code firstOrdinal}. */
    record Part(Transaction transaction, long firstOrdinal) {}

    private final Encoding encoding;
    private final byte[] bytes;
    private final int[] index;
    private final int size;
    private final Relation[] relations;
    private final Part[] parts;
    private final Position last;
    private final Position lastBoundary;
    private final int boundaryIndex;
    private final boolean whole;

    ChangeBatch(
            Encoding encoding,
            byte[] bytes,
            int[] index,
            int size,
            Relation[] relations,
            Part[] parts,
            Position last,
            Position lastBoundary,
            int boundaryIndex) {
        this(encoding, bytes, index, size, relations, parts, last, lastBoundary, boundaryIndex, true);
    }

    private ChangeBatch(
            Encoding encoding,
            byte[] bytes,
            int[] index,
            int size,
            Relation[] relations,
            Part[] parts,
            Position last,
            Position lastBoundary,
            int boundaryIndex,
            boolean whole) {
        this.encoding = encoding;
        this.bytes = bytes;
        this.index = index;
        this.size = size;
        this.relations = relations;
        this.parts = parts;
        this.last = last;
        this.lastBoundary = lastBoundary;
        this.boundaryIndex = boundaryIndex;
        this.whole = whole;
    }

    /** Nothing changed, but everything before {@code boundary} has been seen. */
    public static ChangeBatch progress(Position boundary) {
        if (!boundary.isBoundary()) {
            throw new IllegalArgumentException("progress needs a boundary, not " + boundary);
        }
        return new ChangeBatch(
                Encoding.TUPLE_DATA, NO_BYTES, NO_INDEX, 0, NO_RELATIONS, NO_PARTS, boundary, boundary, 0);
    }

    /** Nothing changed and nothing moved: what a source that was asked for what is after {@code at} says once connected. */
    public static ChangeBatch unmoved(Position at) {
        Position boundary = at.isBoundary() ? at : Position.NONE;
        return new ChangeBatch(Encoding.TUPLE_DATA, NO_BYTES, NO_INDEX, 0, NO_RELATIONS, NO_PARTS, at, boundary, 0);
    }

    /** Number of changes. */
    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    /** What it costs in memory, in bytes, near enough to count against a limit. */
    public long sizeInBytes() {
        return 128L + bytes.length + 4L * index.length + PART_BYTES * parts.length;
    }

    public Encoding encoding() {
        return encoding;
    }

    /** Where the stream stands after this batch. */
    public Position last() {
        return last;
    }

    public boolean endsAtBoundary() {
        return last.isBoundary();
    }

    /** The last boundary inside the batch, or {@link Position#NONE} if one transaction covers it and stays open. */
    public Position lastBoundary() {
        return lastBoundary;
    }

    /** How many changes come before {@link #lastBoundary()}. */
    public int boundaryIndex() {
        return boundaryIndex;
    }

    public Operation operation(int change) {
        return Operation.of(index[at(change) + META] & 0xF);
    }

    public OldTuple oldTuple(int change) {
        return OldTuple.of(index[at(change) + META] >>> 4 & 0xF);
    }

    public Relation relation(int change) {
        return relations[index[at(change) + META] >>> 8];
    }

    /** Which of {@link #relations()} a change belongs to. */
    public int relationIndex(int change) {
        return index[at(change) + META] >>> 8;
    }

    /** The relations in this batch, in no particular order; may hold some that no change refers to. */
    public List<Relation> relations() {
        return List.of(relations);
    }

    /** Whether there is a new row: for READ, INSERT and UPDATE. */
    public boolean hasRow(int change) {
        return index[at(change) + ROW] != NO_TUPLE;
    }

    /** Its transaction, or null for a READ. */
    public @Nullable Transaction transaction(int change) {
        int part = index[at(change) + TRANSACTION];
        return part < 0 ? null : parts[part].transaction();
    }

    /** Its position; for a READ, the position of the snapshot. */
    public Position position(int change) {
        int base = at(change);
        int number = index[base + TRANSACTION];
        if (number < 0) {
            return last;
        }
        Part part = parts[number];
        return new Position(part.transaction().commitLsn(), part.firstOrdinal() + index[base + ORDINAL]);
    }

    /** The transaction that committed first among those in this batch, or null if it has none. */
    public @Nullable Transaction firstTransaction() {
        return parts.length == 0 ? null : parts[0].transaction();
    }

    /** The transaction that committed last among those in this batch, or null if it has none. */
    public @Nullable Transaction lastTransaction() {
        return parts.length == 0 ? null : parts[parts.length - 1].transaction();
    }

    /** The bytes themselves, for code that passes them on unread. Not to be written to. */
    public byte[] bytes() {
        return bytes;
    }

    /** Whether {@link #bytes()} hold nothing but the changes of this batch: none was left out since it was built. */
    public boolean isWhole() {
        return whole;
    }

    /** Where the new row begins in {@link #bytes()}, or -1. */
    public int rowOffset(int change) {
        return index[at(change) + ROW];
    }

    /** Where the old tuple begins in {@link #bytes()}, or -1. */
    public int oldOffset(int change) {
        return index[at(change) + OLD];
    }

    /**
     * Only these changes, sharing the bytes; the position moves as far as before.
     *
     * @param changes ascending indexes
     * @param count how many of them count
     */
    public ChangeBatch select(int[] changes, int count) {
        return count == size ? this : selected(changes, count);
    }

    private ChangeBatch selected(int[] changes, int count) {
        int[] selected = new int[count * STRIDE];
        int before = 0;
        for (int i = 0; i < count; i++) {
            System.arraycopy(index, at(changes[i]), selected, i * STRIDE, STRIDE);
            if (changes[i] < boundaryIndex) {
                before++;
            }
        }
        return new ChangeBatch(encoding, bytes, selected, count, relations, parts, last, lastBoundary, before, false);
    }

    /**
     * As {@link #select(int[], int)}, with some UPDATEs that only half apply.
     *
     * @param turned for each of {@code changes} INSERT or DELETE, to leave of an UPDATE its new row or its old tuple, or null
     */
    public ChangeBatch select(int[] changes, int count, @Nullable Operation[] turned) {
        ChangeBatch batch = selected(changes, count);
        for (int i = 0; i < count; i++) {
            Operation operation = turned[i];
            int base = i * STRIDE;
            if (operation == Operation.INSERT) {
                batch.index[base + META] = operation.ordinal() | batch.relationIndex(i) << 8;
                batch.index[base + OLD] = NO_TUPLE;
            } else if (operation == Operation.DELETE) {
                batch.index[base + META] = operation.ordinal() | batch.index[base + META] & ~0xF;
                batch.index[base + ROW] = NO_TUPLE;
            }
        }
        return batch;
    }

    /**
     * The same changes under other relations: renamed tables and columns, columns left out.
     *
     * @param mapping must keep {@link Column#index} of the columns that stay
     */
    public ChangeBatch withRelations(UnaryOperator<Relation> mapping) {
        Relation[] mapped = new Relation[relations.length];
        boolean changed = false;
        for (int i = 0; i < relations.length; i++) {
            mapped[i] = mapping.apply(relations[i]);
            changed |= mapped[i] != relations[i];
        }
        return changed
                ? new ChangeBatch(encoding, bytes, index, size, mapped, parts, last, lastBoundary, boundaryIndex, whole)
                : this;
    }

    /**
     * What lies after {@code position}: the batch itself, less the changes up to and including it, and less a boundary
     * before it. Such a boundary is there when a stream is read again: a position may come from a keepalive that the server
     * sent between two transactions the first time, and the second time both came at once.
     */
    public ChangeBatch after(Position position) {
        if (encoding == Encoding.COPY_TEXT) {
            return this;
        }
        int from = 0;
        while (from < size && !position(from).isAfter(position)) {
            from++;
        }
        if (position.isAfter(lastBoundary)) {
            return from == 0 && lastBoundary.isNone() ? this : slice(from, size, last, Position.NONE, 0);
        }
        return from == 0 ? this : slice(from, size, last, lastBoundary, boundaryIndex - from);
    }

    /**
     * The changes before {@code change}. Where it ends between two transactions that are both complete, it does not tell that
     * the first of them is.
     *
     * @param change at least 1
     */
    public ChangeBatch before(int change) {
        if (change == size) {
            return this;
        }
        if (change == boundaryIndex) {
            return completeTransactions();
        }
        return change < boundaryIndex
                ? slice(0, change, position(change - 1), Position.NONE, 0)
                : slice(0, change, position(change - 1), lastBoundary, boundaryIndex);
    }

    /** The transactions that are complete: everything up to {@link #lastBoundary()}. */
    public ChangeBatch completeTransactions() {
        return endsAtBoundary() ? this : slice(0, boundaryIndex, lastBoundary, lastBoundary, boundaryIndex);
    }

    /** The part of a transaction that is still open at the end of this batch; empty if there is none. */
    public ChangeBatch openTransaction() {
        return endsAtBoundary() ? progress(last) : slice(boundaryIndex, size, last, Position.NONE, 0);
    }

    /**
     * The same changes, without what lies before the first of them in {@link #bytes()}: for whoever keeps the end of a batch
     * while the rest of it may go.
     */
    public ChangeBatch trimmed() {
        int firstByte = bytes.length;
        int firstPart = parts.length;
        for (int base = 0; base < size * STRIDE; base += STRIDE) {
            firstByte = index[base + OLD] == NO_TUPLE ? firstByte : Math.min(firstByte, index[base + OLD]);
            firstByte = index[base + ROW] == NO_TUPLE ? firstByte : Math.min(firstByte, index[base + ROW]);
            firstPart = Math.min(firstPart, index[base + TRANSACTION]);
        }
        if (encoding == Encoding.COPY_TEXT || firstByte == 0) {
            return this;
        }
        int[] shifted = index.clone();
        for (int base = 0; base < size * STRIDE; base += STRIDE) {
            shifted[base + OLD] -= shifted[base + OLD] == NO_TUPLE ? 0 : firstByte;
            shifted[base + ROW] -= shifted[base + ROW] == NO_TUPLE ? 0 : firstByte;
            shifted[base + TRANSACTION] -= firstPart;
        }
        return new ChangeBatch(
                encoding,
                Arrays.copyOfRange(bytes, firstByte, bytes.length),
                shifted,
                size,
                relations,
                Arrays.copyOfRange(parts, firstPart, parts.length),
                last,
                lastBoundary,
                boundaryIndex,
                whole);
    }

    private ChangeBatch slice(int from, int to, Position end, Position boundary, int boundaryAt) {
        int[] part = Arrays.copyOfRange(index, from * STRIDE, to * STRIDE);
        return new ChangeBatch(encoding, bytes, part, to - from, relations, parts, end, boundary, boundaryAt, false);
    }

    /**
     * Several batches as one, in order.
     *
     * @param batches at least one, each continuing the one before, all in {@link Encoding#TUPLE_DATA}
     */
    public static ChangeBatch concat(List<ChangeBatch> batches) {
        if (batches.size() == 1) {
            return batches.get(0);
        }
        return new Concatenation(batches).join();
    }

    private int at(int change) {
        if (change < 0 || change >= size) {
            throw new IndexOutOfBoundsException("change " + change + " of " + size);
        }
        return change * STRIDE;
    }

    @Override
    public String toString() {
        return "ChangeBatch[" + size + " changes, " + bytes.length + " bytes, last " + last + "]";
    }

    /** One use of {@link #concat}. */
    private static final class Concatenation {
        private final List<ChangeBatch> batches;
        private final Map<Relation, Integer> relationNumbers = new IdentityHashMap<>();
        private final List<Relation> relations = new ArrayList<>();

        Concatenation(List<ChangeBatch> batches) {
            this.batches = batches;
        }

        ChangeBatch join() {
            int byteCount = 0;
            int changeCount = 0;
            int partCount = 0;
            for (ChangeBatch batch : batches) {
                if (batch.encoding != Encoding.TUPLE_DATA) {
                    throw new IllegalArgumentException("only batches of TUPLE_DATA can be joined");
                }
                byteCount = Math.addExact(byteCount, batch.bytes.length);
                changeCount += batch.size;
                partCount += batch.parts.length;
            }
            byte[] bytes = new byte[byteCount];
            int[] index = new int[changeCount * STRIDE];
            Part[] parts = new Part[partCount];
            int byteAt = 0;
            int changeAt = 0;
            int partAt = 0;
            Position boundary = Position.NONE;
            int boundaryAt = 0;
            for (ChangeBatch batch : batches) {
                System.arraycopy(batch.bytes, 0, bytes, byteAt, batch.bytes.length);
                System.arraycopy(batch.parts, 0, parts, partAt, batch.parts.length);
                System.arraycopy(batch.index, 0, index, changeAt * STRIDE, batch.size * STRIDE);
                shift(index, changeAt, batch, byteAt, partAt);
                if (!batch.lastBoundary.isNone()) {
                    boundary = batch.lastBoundary;
                    boundaryAt = changeAt + batch.boundaryIndex;
                }
                byteAt += batch.bytes.length;
                changeAt += batch.size;
                partAt += batch.parts.length;
            }
            return new ChangeBatch(
                    Encoding.TUPLE_DATA,
                    bytes,
                    index,
                    changeCount,
                    relations.toArray(NO_RELATIONS),
                    parts,
                    batches.get(batches.size() - 1).last,
                    boundary,
                    boundaryAt,
                    batches.stream().allMatch(ChangeBatch::isWhole));
        }

        private void shift(int[] index, int changeAt, ChangeBatch batch, int byteAt, int partAt) {
            int[] numbers = new int[batch.relations.length];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = number(batch.relations[i]);
            }
            for (int base = changeAt * STRIDE; base < (changeAt + batch.size) * STRIDE; base += STRIDE) {
                int meta = index[base + META];
                index[base + META] = meta & 0xFF | numbers[meta >>> 8] << 8;
                index[base + OLD] += index[base + OLD] == NO_TUPLE ? 0 : byteAt;
                index[base + ROW] += index[base + ROW] == NO_TUPLE ? 0 : byteAt;
                index[base + TRANSACTION] += partAt;
            }
        }

        private int number(Relation relation) {
            return relationNumbers.computeIfAbsent(relation, added -> {
                relations.add(added);
                return relations.size() - 1;
            });
        }
    }
}
