package dev.sluice.engine.journal;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ChangeBatchBuilder;
import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.change.Transaction;
import java.util.ArrayList;
import java.util.List;

/** Batches of one stream: transaction n commits at 100 n and ends at 100 n + 50. */
final class Batches {
    private static final byte[] TUPLE = {0, 1, 't', 0, 0, 0, 1, 'x'};
    private static final Relation TABLE = new Relation(
            1,
            "public",
            "t",
            ReplicaIdentity.DEFAULT,
            List.of(new Column("c", new DataType.Base(25, "pg_catalog", "text"), -1, "text", true, false, 0)));

    private Batches() {}

    /** A whole transaction of one change. */
    static ChangeBatch transaction(int number) {
        ChangeBatchBuilder builder = new ChangeBatchBuilder(1_000);
        begin(builder, number);
        add(builder);
        builder.boundary(end(number).lsn());
        return builder.build();
    }

    /** One transaction of {@code size} changes, a batch for each, the boundary with the last. */
    static List<ChangeBatch> pieces(int number, int size) {
        ChangeBatchBuilder builder = new ChangeBatchBuilder(1_000);
        List<ChangeBatch> pieces = new ArrayList<>();
        begin(builder, number);
        for (int change = 1; change <= size; change++) {
            add(builder);
            if (change == size) {
                builder.boundary(end(number).lsn());
            }
            pieces.add(builder.build());
        }
        return pieces;
    }

    static Position end(int number) {
        return Position.boundary(100L * number + 50);
    }

    static Position change(int number, int ordinal) {
        return new Position(100L * number, ordinal);
    }

    private static void begin(ChangeBatchBuilder builder, int number) {
        builder.begin(new Transaction(number, 100L * number, 1_000L * number));
    }

    private static void add(ChangeBatchBuilder builder) {
        builder.add(Operation.INSERT, TABLE, OldTuple.NONE, TUPLE, 0, 0, 0, TUPLE.length);
    }
}
