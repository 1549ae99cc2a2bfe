package dev.sluice.testkit.change;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import org.jspecify.annotations.Nullable;

/**
 * Batches written down:
 *
 * <pre>
 * Relation t = Batches.relation("public", "t").key("id", "int4").column("name", "text").build();
 * ChangeBatch batch = Batches.batch()
 *         .begin(700, 0x100)
 *         .insert(t, "1", "a")
 *         .update(t, "1", Batches.ABSENT)
 *         .updateKey(t, Batches.tuple("1", null), Batches.tuple("2", "a"))
 *         .delete(t, "2", null)
 *         .commit(0x180)
 *         .build();
 * </pre>
 *
 * Values are in their text form, {@code null} is NULL.
 */
public final class Batches {
    /** A value that the server did not send. Told apart from a text of the same letters by identity. */
    @SuppressWarnings("StringConstructor") // it must not be the interned literal
    public static final String ABSENT = new String("(absent)");

    private Batches() {}

    public static RelationBuilder relation(String schema, String name) {
        return new RelationBuilder(schema, name);
    }

    /** Changes of transactions. */
    public static TransactionBatch batch() {
        return new TransactionBatch();
    }

    /** Rows of a first copy. */
    public static CopyBatch copy(Relation relation, Position snapshot) {
        return new CopyBatch(relation, snapshot);
    }

    /** Values of one tuple, where a call takes two. */
    public static @Nullable String[] tuple(@Nullable String... values) {
        return values;
    }

    /** Nothing but a position. */
    public static ChangeBatch progress(long endLsn) {
        return ChangeBatch.progress(Position.boundary(endLsn));
    }
}
