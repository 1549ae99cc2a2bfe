package dev.sluice.bench.micro;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ChangeBatchBuilder;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.Transaction;
import dev.sluice.source.postgres.pgoutput.RowMessage;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.CopyBatch;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One transaction of {@link #COUNT} changes, always the same, as messages and as what becomes of them. Immutable, but for
 * the arrays, which nobody writes to.
 */
public final class SampleRows {
    /** Changes in one call of a benchmark: what JMH divides by. */
    public static final int COUNT = 1_000;

    /** Where messages begin in their arrays. */
    public static final int OFFSET = WireMessages.OFFSET;

    private static final int FIRST_ROW = 1_000_000;
    private static final long COMMIT_LSN = 0x1_0000_0000L;
    private static final int XID = 4_711;

    /** Of ten changes six are updates, three inserts, one a delete. */
    private static final String MIXTURE = "UIUUIUDUIU";

    private final RowShape shape;
    private final Relation relation;
    private final List<byte[]> messages;

    private SampleRows(RowShape shape, Relation relation, List<byte[]> messages) {
        this.shape = shape;
        this.relation = relation;
        this.messages = messages;
    }

    /** Nothing but new rows. */
    public static SampleRows inserts(RowShape shape) {
        return of(shape, "I");
    }

    /** 60 % updates, 30 % inserts, 10 % deletes, each of another key. */
    public static SampleRows mixture(RowShape shape) {
        return of(shape, MIXTURE);
    }

    private static SampleRows of(RowShape shape, String operations) {
        Relation relation = shape.relation("transfers");
        List<byte[]> messages = IntStream.range(0, COUNT)
                .mapToObj(i -> message(relation, operations.charAt(i % operations.length()), shape.row(FIRST_ROW + i)))
                .toList();
        return new SampleRows(shape, relation, messages);
    }

    private static byte[] message(Relation relation, char operation, List<@Nullable String> row) {
        return switch (operation) {
            case 'I' -> WireMessages.insert(relation.oid(), row);
            case 'U' -> WireMessages.update(relation.oid(), row);
            default -> WireMessages.delete(relation.oid(), keyOnly(row));
        };
    }

    private static List<@Nullable String> keyOnly(List<@Nullable String> row) {
        List<@Nullable String> key = new ArrayList<>(row);
        key.replaceAll(value -> null);
        key.set(0, row.get(0));
        return key;
    }

    public Relation relation() {
        return relation;
    }

    /** Each at {@link #OFFSET}, to the end of its array. */
    public List<byte[]> messages() {
        return messages;
    }

    /** Goes before the first change. */
    public byte[] relationMessage() {
        return WireMessages.relation(relation);
    }

    /** @param commitLsn a later one for each time that the changes are sent */
    public byte[] begin(long commitLsn) {
        return WireMessages.begin(commitLsn, XID);
    }

    /** Ends what {@link #begin} with the same LSN began. */
    public byte[] commit(long commitLsn) {
        return WireMessages.commit(commitLsn, commitLsn + 8);
    }

    /** The changes as one batch. */
    public ChangeBatch batch() {
        return batches(1).get(0);
    }

    /** The changes in so many batches of equal size, all of the one transaction. */
    public List<ChangeBatch> batches(int count) {
        return batches(count, List.of(relation));
    }

    /** The changes as one batch, in which each belongs to the next of these relations. */
    public ChangeBatch batch(List<Relation> relations) {
        return batches(1, relations).get(0);
    }

    private List<ChangeBatch> batches(int count, List<Relation> relations) {
        ChangeBatchBuilder builder = new ChangeBatchBuilder(Integer.MAX_VALUE);
        RowMessage row = new RowMessage();
        List<ChangeBatch> batches = new ArrayList<>();
        builder.begin(new Transaction(XID, COMMIT_LSN, 0));
        for (int i = 0; i < COUNT; i++) {
            byte[] message = messages.get(i);
            row.read(message, OFFSET, message.length - OFFSET);
            addTo(builder, row, relations.get(i % relations.size()), message);
            if (i == COUNT - 1) {
                builder.boundary(COMMIT_LSN + 8);
            }
            if ((i + 1) % (COUNT / count) == 0) {
                batches.add(builder.build());
            }
        }
        return batches;
    }

    /** What the source does with a row. */
    static void addTo(ChangeBatchBuilder builder, RowMessage row, Relation relation, byte[] message) {
        builder.add(
                row.operation(),
                relation,
                row.oldTuple(),
                message,
                row.oldOffset(),
                row.oldLength(),
                row.rowOffset(),
                row.rowLength());
    }

    /** The same rows as a first copy reads them. */
    public ChangeBatch copied() {
        CopyBatch copy = Batches.copy(relation, Position.boundary(COMMIT_LSN));
        for (int i = 0; i < COUNT; i++) {
            copy.row(shape.row(FIRST_ROW + i).toArray(new @Nullable String[0]));
        }
        return copy.build();
    }
}
