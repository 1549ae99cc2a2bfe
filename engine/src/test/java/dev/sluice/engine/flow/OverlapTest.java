package dev.sluice.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ChangeBatchBuilder;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.KeyRange;
import dev.sluice.engine.change.OldTuple;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.Transaction;
import dev.sluice.engine.change.TupleCursor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OverlapTest {
    private static final Relation T = ModelServer.TABLES.get(0);
    private static final Relation OTHER = ModelServer.TABLES.get(1);
    private static final Position START = Position.boundary(100);
    private static final Position LATER = Position.boundary(200);

    private static CopiedChunk keys(@Nullable Long from, @Nullable Long to, Position readAt) {
        return CopiedChunk.of(T, new CopyChunk(1, 1, new KeyRange("key", from, to, 1)), readAt);
    }

    private static byte[] tuple(int key) {
        return ModelSource.tuple(new ModelServer.Row(key, START, T, Operation.INSERT, key, "", true));
    }

    /** Changes of one transaction. */
    private static final class Commit {
        private final ChangeBatchBuilder builder = new ChangeBatchBuilder(10_000);
        private final long lsn;

        Commit(long lsn) {
            this.lsn = lsn;
            builder.begin(new Transaction(1, lsn, 0));
        }

        Commit insert(Relation table, int key) {
            byte[] row = tuple(key);
            builder.add(Operation.INSERT, table, OldTuple.NONE, row, 0, 0, 0, row.length);
            return this;
        }

        Commit delete(Relation table, int key) {
            byte[] row = tuple(key);
            builder.add(Operation.DELETE, table, OldTuple.KEY, row, 0, row.length, 0, 0);
            return this;
        }

        Commit update(int from, int to) {
            return update(tuple(from), tuple(to));
        }

        /** The last value is replaced by the sign for one that did not change. */
        Commit updateWithoutPayload(int from, int to) {
            byte[] row = tuple(to);
            byte[] without = Arrays.copyOf(row, row.length - 4);
            without[without.length - 1] = 'u';
            return update(tuple(from), without);
        }

        private Commit update(byte[] old, byte[] row) {
            byte[] both = new byte[old.length + row.length];
            System.arraycopy(old, 0, both, 0, old.length);
            System.arraycopy(row, 0, both, old.length, row.length);
            builder.add(Operation.UPDATE, T, OldTuple.KEY, both, 0, old.length, old.length, row.length);
            return this;
        }

        ChangeBatch end() {
            builder.boundary(lsn + 8);
            return builder.build();
        }
    }

    private static List<String> left(Overlap overlap, ChangeBatch batch) {
        ChangeBatch rest = overlap.removeFrom(batch);
        assertThat(rest.last()).isEqualTo(batch.last());
        assertThat(rest.lastBoundary()).isEqualTo(batch.lastBoundary());
        List<String> changes = new ArrayList<>();
        for (int i = 0; i < rest.size(); i++) {
            changes.add(rest.operation(i) + " " + rest.relation(i).name());
        }
        return changes;
    }

    @Test
    void withoutALaterCopyNothingIsLeftOut() {
        assertThat(Overlap.of(List.of(CopiedChunk.of(T, CopyChunk.WHOLE, START)), START, Set.of()))
                .isSameAs(Overlap.NONE);
        ChangeBatch batch = new Commit(100).insert(T, 1).end();
        assertThat(Overlap.NONE.removeFrom(batch)).isSameAs(batch);
    }

    @Test
    void whatWasCommittedBeforeATableWasReadIsLeftOutAndTheRestIsNot() {
        Overlap overlap = Overlap.of(
                List.of(CopiedChunk.of(T, CopyChunk.WHOLE, LATER), CopiedChunk.of(OTHER, CopyChunk.WHOLE, START)),
                START,
                Set.of());
        assertThat(left(
                        overlap,
                        new Commit(192)
                                .insert(T, 1)
                                .insert(OTHER, 2)
                                .delete(T, 3)
                                .end()))
                .containsExactly("INSERT t1");
        // A commit record that starts where the copy was read is not in it.
        assertThat(left(overlap, new Commit(200).insert(T, 1).insert(OTHER, 2).end()))
                .containsExactly("INSERT t0", "INSERT t1");
    }

    @Test
    void aTableThatGotItsNameAfterwardsIsKnownByItsOidAndOneThatHadItBeforeByTheName() {
        Relation renamed = new Relation(T.oid(), "public", "renamed", T.identity(), T.columns());
        Relation dropped = new Relation(99, T.schema(), T.name(), T.identity(), T.columns());
        Overlap overlap = Overlap.of(List.of(CopiedChunk.of(T, CopyChunk.WHOLE, LATER)), START, Set.of());
        assertThat(left(
                        overlap,
                        new Commit(192).insert(renamed, 1).insert(dropped, 2).end()))
                .isEmpty();
    }

    @Test
    void ofATableThatWasReadInPartsEachRowIsLeftOutByItsKey() {
        Overlap overlap = Overlap.of(List.of(keys(null, 5L, LATER), keys(5L, null, START)), START, Set.of());
        assertThat(left(
                        overlap,
                        new Commit(192)
                                .insert(T, 4)
                                .insert(T, 5)
                                .delete(T, 1)
                                .delete(T, 9)
                                .end()))
                .containsExactly("INSERT t0", "DELETE t0");
        assertThat(left(overlap, new Commit(192).update(1, 2).update(7, 8).end()))
                .containsExactly("UPDATE t0");
    }

    @Test
    void whatIsGoingToBeReadIsLeftOut() {
        Overlap nothing = Overlap.of(List.of(), START, Set.of(T.oid()));
        assertThat(left(nothing, new Commit(300).insert(T, 1).insert(OTHER, 2).end()))
                .containsExactly("INSERT t1");

        Overlap part = Overlap.of(List.of(keys(null, 5L, LATER)), START, Set.of(T.oid()));
        assertThat(left(part, new Commit(192).insert(T, 1).insert(T, 5).end())).isEmpty();
        assertThat(left(
                        part,
                        new Commit(300)
                                .insert(T, 1)
                                .delete(T, 5)
                                .update(2, 3)
                                .update(6, 7)
                                .end()))
                .containsExactly("INSERT t0", "UPDATE t0");
        assertThat(left(part, new Commit(300).update(2, 6).update(7, 3).end()))
                .as("rows that move between what is there and what is going to be read")
                .containsExactly("DELETE t0", "INSERT t0");
    }

    @Test
    void pagesAndTheNameOfAnotherTableSayNothingOfOneThatIsNotWhole() {
        CopiedChunk page = CopiedChunk.of(T, new CopyChunk(1, 2), START);
        CopiedChunk namesake = new CopiedChunk(99, T.schema(), T.name(), CopyChunk.WHOLE, START);
        Overlap overlap = Overlap.of(List.of(page, namesake), START, Set.of(T.oid()));
        assertThat(left(overlap, new Commit(300).insert(T, 1).end())).isEmpty();
    }

    @Test
    void aRowThatMovedBetweenPartsOfDifferentAgeIsOnlyPutOrOnlyTakenAway() {
        Overlap overlap = Overlap.of(List.of(keys(null, 5L, LATER), keys(5L, null, START)), START, Set.of());
        ChangeBatch rest = overlap.removeFrom(new Commit(192)
                .update(1, 2)
                .update(4, 6)
                .update(7, 3)
                .update(8, 9)
                .end());
        TupleCursor cursor = new TupleCursor();

        assertThat(List.of(rest.operation(0), rest.operation(1), rest.operation(2)))
                .containsExactly(Operation.INSERT, Operation.DELETE, Operation.UPDATE);
        assertThat(rest.size()).isEqualTo(3);
        assertThat(rest.oldTuple(0)).isEqualTo(OldTuple.NONE);
        assertThat(cursor.toOld(rest, 0)).isFalse();
        assertThat(cursor.toRow(rest, 0)).isTrue();
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.text()).isEqualTo("6");
        assertThat(rest.hasRow(1)).isFalse();
        assertThat(cursor.toOld(rest, 1)).isTrue();
        assertThat(cursor.next()).isTrue();
        assertThat(cursor.text()).isEqualTo("7");
    }

    @Test
    void whereARowThatMovedIsNotWholeTheTableIsToBeCopiedAnew() {
        Overlap overlap = Overlap.of(List.of(keys(null, 5L, LATER), keys(5L, null, START)), START, Set.of());
        ChangeBatch batch = new Commit(192).updateWithoutPayload(4, 6).end();
        assertThatThrownBy(() -> overlap.removeFrom(batch))
                .isInstanceOfSatisfying(
                        CopyAnew.class, error -> assertThat(error.relation()).isEqualTo(T.oid()))
                .hasMessageContaining("public.t0")
                .hasMessageContaining("payload");
    }
}
