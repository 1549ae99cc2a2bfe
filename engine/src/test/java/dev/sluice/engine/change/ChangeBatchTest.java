package dev.sluice.engine.change;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.RandomStream.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Batches beside a naive model of them: a plain list of what was put in. */
class ChangeBatchTest {
    private static void withSeeds(Consumer<Random> test) {
        for (int seed = 1; seed <= 200; seed++) {
            try {
                test.accept(new Random(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }
    }

    @Test
    void aBatchIsWholeUntilAChangeIsLeftOut() {
        CopyBatchBuilder builder = new CopyBatchBuilder(
                new Relation(1, "public", "t", ReplicaIdentity.DEFAULT, List.of()), Position.boundary(1), 1 << 20);
        builder.add(new byte[] {'1', '\n'});
        builder.add(new byte[] {'2', '\n'});
        ChangeBatch batch = builder.build();
        assertThat(batch.isWhole()).isTrue();
        assertThat(batch.select(new int[] {0, 1}, 2).isWhole()).isTrue();
        assertThat(batch.withRelations(relation -> relation).isWhole()).isTrue();
        assertThat(batch.select(new int[] {1}, 1).isWhole()).isFalse();
        assertThat(batch.select(new int[] {0}, 1)
                        .withRelations(relation -> new Relation(2, "public", "u", ReplicaIdentity.DEFAULT, List.of()))
                        .isWhole())
                .isFalse();
    }

    @Test
    void aBatchHoldsWhatWasAddedInOrder() {
        withSeeds(random -> {
            RandomStream stream = new RandomStream(random);
            List<Entry> seen = new ArrayList<>();
            for (ChangeBatch batch : stream.batches(8)) {
                seen.addAll(RandomStream.read(batch));
            }
            assertThat(seen).isEqualTo(stream.entries());
        });
    }

    @Test
    void joinedBatchesReadAsTheSameChanges() {
        withSeeds(random -> {
            RandomStream stream = new RandomStream(random);
            List<ChangeBatch> batches = stream.batches(1 + random.nextInt(8));
            ChangeBatch joined = ChangeBatch.concat(batches);

            assertThat(RandomStream.read(joined)).isEqualTo(stream.entries());
            assertThat(joined.last()).isEqualTo(stream.last());
            assertThat(joined.lastBoundary()).isEqualTo(stream.lastBoundary());
            assertThat(joined.boundaryIndex()).isEqualTo(stream.countUpTo(stream.lastBoundary()));
        });
    }

    @Test
    void whatLiesAfterAPositionIsWhatComesLaterAndNoEarlierBoundary() {
        withSeeds(random -> {
            RandomStream stream = new RandomStream(random);
            ChangeBatch batch = ChangeBatch.concat(stream.batches(1 + random.nextInt(4)));
            for (Position position : stream.somePositions()) {
                if (!batch.last().isAfter(position)) {
                    continue;
                }
                ChangeBatch after = batch.after(position);
                List<Entry> expected = stream.entries().stream()
                        .filter(entry -> entry.position().isAfter(position))
                        .toList();
                assertThat(RandomStream.read(after)).isEqualTo(expected);
                assertThat(after.last()).isEqualTo(batch.last());
                boolean boundaryLeft = !position.isAfter(batch.lastBoundary());
                assertThat(after.lastBoundary()).isEqualTo(boundaryLeft ? batch.lastBoundary() : Position.NONE);
                assertThat(RandomStream.read(after.completeTransactions()))
                        .isEqualTo(expected.stream()
                                .filter(entry -> !entry.position().isAfter(batch.lastBoundary()))
                                .toList());
            }
        });
    }

    @Test
    void whatComesBeforeAChangeAndAfterItIsTheWhole() {
        withSeeds(random -> {
            RandomStream stream = new RandomStream(random);
            for (ChangeBatch batch : stream.batches(4)) {
                if (batch.isEmpty()) {
                    continue;
                }
                ChangeBatch before = batch.before(1 + random.nextInt(batch.size()));
                List<Entry> both = new ArrayList<>(RandomStream.read(before));
                if (before.size() < batch.size()) {
                    ChangeBatch rest = batch.after(before.last());
                    both.addAll(RandomStream.read(rest));
                    assertThat(rest.last()).isEqualTo(batch.last());
                    assertThat(rest.lastBoundary().max(before.lastBoundary())).isEqualTo(batch.lastBoundary());
                }
                assertThat(both).isEqualTo(RandomStream.read(batch));
                assertThat(before.last()).isLessThanOrEqualTo(batch.last());
                assertThat(before.boundaryIndex()).isLessThanOrEqualTo(before.size());
            }
        });
    }

    @Test
    void completeTransactionsAndTheOpenOneAreTheWhole() {
        withSeeds(random -> {
            RandomStream stream = new RandomStream(random);
            for (ChangeBatch batch : stream.batches(8)) {
                List<Entry> both = new ArrayList<>(RandomStream.read(batch.completeTransactions()));
                both.addAll(RandomStream.read(batch.openTransaction()));
                assertThat(both).isEqualTo(RandomStream.read(batch));
                assertThat(batch.completeTransactions().last()).isEqualTo(batch.lastBoundary());
                assertThat(batch.openTransaction().isEmpty()).isEqualTo(batch.boundaryIndex() == batch.size());
                assertThat(batch.openTransaction().last()).isEqualTo(batch.last());
            }
        });
    }

    @Test
    void trimmingLeavesOutBytesAndNothingElse() {
        withSeeds(random -> {
            RandomStream stream = new RandomStream(random);
            ChangeBatch before = ChangeBatch.progress(Position.boundary(0));
            for (ChangeBatch batch : stream.batches(8)) {
                ChangeBatch open = batch.openTransaction();
                ChangeBatch trimmed = open.trimmed();
                assertThat(RandomStream.read(trimmed)).isEqualTo(RandomStream.read(open));
                assertThat(trimmed.last()).isEqualTo(open.last());
                assertThat(trimmed.endsAtBoundary()).isEqualTo(open.endsAtBoundary());
                assertThat(trimmed.sizeInBytes()).isLessThanOrEqualTo(open.sizeInBytes());
                ChangeBatch joined = ChangeBatch.concat(List.of(before, batch));
                List<Entry> expected = new ArrayList<>(RandomStream.read(before));
                expected.addAll(RandomStream.read(batch));
                assertThat(RandomStream.read(joined)).isEqualTo(expected);
                before = trimmed;
            }
        });
    }

    @Test
    void aSelectionMovesThePositionAsFarAsTheWhole() {
        withSeeds(random -> {
            RandomStream stream = new RandomStream(random);
            ChangeBatch batch = ChangeBatch.concat(stream.batches(3));
            int[] kept = IntStream.range(0, batch.size())
                    .filter(i -> random.nextBoolean())
                    .toArray();
            ChangeBatch selected = batch.select(kept, kept.length);

            assertThat(RandomStream.read(selected))
                    .isEqualTo(
                            IntStream.of(kept).mapToObj(stream.entries()::get).toList());
            assertThat(selected.last()).isEqualTo(batch.last());
            assertThat(selected.lastBoundary()).isEqualTo(batch.lastBoundary());
            assertThat(selected.boundaryIndex()).isEqualTo((int)
                    IntStream.of(kept).filter(i -> i < batch.boundaryIndex()).count());
        });
    }

    @Test
    void otherRelationsShowTheSameRowsUnderOtherNames() {
        RandomStream stream = new RandomStream(new Random(7));
        ChangeBatch batch = ChangeBatch.concat(stream.batches(3));
        ChangeBatch renamed = batch.withRelations(relation ->
                new Relation(relation.oid(), "other", relation.name(), relation.identity(), relation.columns()));

        assertThat(renamed.relations()).allMatch(relation -> relation.schema().equals("other"));
        assertThat(RandomStream.read(renamed)).isEqualTo(RandomStream.read(batch));
        assertThat(batch.withRelations(relation -> relation)).isSameAs(batch);
    }

    @Test
    void progressNeedsABoundary() {
        ChangeBatch progress = ChangeBatch.progress(Position.boundary(7));
        assertThat(progress.isEmpty()).isTrue();
        assertThat(progress.endsAtBoundary()).isTrue();
        assertThat(progress.firstTransaction()).isNull();
        assertThatThrownBy(() -> ChangeBatch.progress(new Position(7, 1))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whereNothingMovedAnyPositionWillDo() {
        assertThat(ChangeBatch.unmoved(new Position(7, 1)).lastBoundary()).isEqualTo(Position.NONE);
        assertThat(ChangeBatch.unmoved(new Position(7, 1)).last()).isEqualTo(new Position(7, 1));
        assertThat(ChangeBatch.unmoved(Position.boundary(7)).lastBoundary()).isEqualTo(Position.boundary(7));
    }

    @Test
    void onlyStreamedBatchesCanBeJoined() {
        CopyBatchBuilder copy = new CopyBatchBuilder(RandomStream.TABLES.get(0), Position.boundary(1), 100);
        copy.add(new byte[] {'1', '\n'});
        ChangeBatch rows = copy.build();
        assertThatThrownBy(() -> ChangeBatch.concat(List.of(rows, rows))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aTransactionThatIsCutKeepsCountingItsChanges() {
        ChangeBatchBuilder builder = new ChangeBatchBuilder(1);
        builder.begin(new Transaction(1, 100, 5));
        builder.skip();
        RandomStream.add(builder, RandomStream.TABLES.get(0), 11);
        ChangeBatch first = builder.build();
        builder.skip();
        RandomStream.add(builder, RandomStream.TABLES.get(0), 12);
        builder.boundary(150);
        ChangeBatch second = builder.build();

        assertThat(first.last()).isEqualTo(new Position(100, 2));
        assertThat(first.endsAtBoundary()).isFalse();
        assertThat(first.lastBoundary()).isEqualTo(Position.NONE);
        assertThat(second.position(0)).isEqualTo(new Position(100, 4));
        assertThat(second.last()).isEqualTo(Position.boundary(150));
        assertThat(builder.isEmpty()).isTrue();
    }

    @Test
    void theBuilderRefusesWhatCannotBe() {
        ChangeBatchBuilder builder = new ChangeBatchBuilder(1_000);
        assertThatThrownBy(builder::skip).isInstanceOf(IllegalStateException.class);
        builder.begin(new Transaction(1, 100, 5));
        assertThatThrownBy(() -> builder.begin(new Transaction(2, 200, 5))).isInstanceOf(IllegalStateException.class);
        builder.skip();
        assertThatThrownBy(() -> builder.boundary(90)).isInstanceOf(IllegalStateException.class);
        builder.reset();
        assertThat(builder.inTransaction()).isFalse();
        builder.boundary(90);
        assertThat(builder.build().last()).isEqualTo(Position.boundary(90));
    }
}
