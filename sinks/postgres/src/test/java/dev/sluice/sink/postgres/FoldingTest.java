package dev.sluice.sink.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.RecordedChange;
import dev.sluice.testkit.change.TableState;
import dev.sluice.testkit.change.TransactionBatch;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Random histories, applied in batches and one change at a time, against the plainest model. */
@SharedVertx
@PostgresTest
class FoldingTest {
    private static final int KEYS = 12;

    private static final Relation FOLDED = keyed("folded");
    private static final Relation SINGLE = keyed("single");

    private TargetFixture target;

    private static Relation keyed(String name) {
        return Batches.relation("public", name)
                .key("id", "int4")
                .key("part", "text")
                .column("a", "text")
                .column("b", "text")
                .column("n", "int8")
                .build();
    }

    @BeforeEach
    void target(TestDatabase database, Vertx vertx) {
        target = new TargetFixture(database, vertx);
    }

    @AfterEach
    void closeSinks() {
        target.close();
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, false", "4, false", "5, true", "6, true", "7, true", "8, true"})
    void foldedBatchesSingleChangesAndTheModelAgree(long seed, boolean copying) throws Exception {
        if (copying) {
            target.copyingAll();
        }
        TransactionalSink sink = target.started(FOLDED, SINGLE);
        List<RecordedChange> history = new ArrayList<>();
        History folded = new History(FOLDED, new Random(seed));
        History single = new History(SINGLE, new Random(seed));
        long lsn = 0x1000;
        for (int round = 0; round < 12; round++) {
            ChangeBatch batch = folded.batch(lsn, 5 + 5 * round);
            history.addAll(RecordedChange.of(batch));
            TargetFixture.write(sink, batch);
            for (ChangeBatch one : single.oneByOne(lsn, 5 + 5 * round)) {
                TargetFixture.write(sink, one);
            }
            lsn = 0x1000L * (2000L * (round + 1));

            List<Map<String, @Nullable String>> model = TableState.of(FOLDED, history);
            assertThat(target.rows(FOLDED))
                    .as("seed %d, round %d: folded", seed, round)
                    .containsExactlyInAnyOrderElementsOf(model);
            assertThat(target.rows(SINGLE))
                    .as("seed %d, round %d: one by one", seed, round)
                    .containsExactlyInAnyOrderElementsOf(model);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, false", "2, false", "3, true", "4, true"})
    void rowsWithoutAKeyAreABag(long seed, boolean copying) throws Exception {
        if (copying) {
            target.copyingAll();
        }
        Relation bag = Batches.relation("public", "bag")
                .column("a", "text")
                .column("b", "json")
                .column("p", "point")
                .identity(ReplicaIdentity.FULL)
                .build();
        TransactionalSink sink = target.started(bag);
        Random random = new Random(seed);
        List<List<@Nullable String>> model = new ArrayList<>();
        TransactionBatch changes = Batches.batch();
        for (int round = 1; round <= 10; round++) {
            changes.begin(round, 0x1000L * round);
            for (int i = 0; i < 20; i++) {
                bagChange(bag, changes, model, random);
            }
            TargetFixture.write(sink, changes.commit(0x1000L * round + 0x100).build());
            assertThat(target.rows(bag).stream().map(row -> new ArrayList<>(row.values())))
                    .as("seed %d, round %d", seed, round)
                    .containsExactlyInAnyOrderElementsOf(
                            model.stream().map(ArrayList::new).toList());
        }
    }

    private static void bagChange(
            Relation bag, TransactionBatch changes, List<List<@Nullable String>> model, Random random) {
        List<@Nullable String> row = bagRow(random);
        int kind = model.isEmpty() ? 0 : random.nextInt(4);
        if (kind < 2) {
            model.add(row);
            changes.insert(bag, row.toArray(new String[0]));
            return;
        }
        List<@Nullable String> old = model.remove(random.nextInt(model.size()));
        if (kind == 2) {
            changes.deleteFull(bag, old.toArray(new String[0]));
            return;
        }
        List<@Nullable String> updated = new ArrayList<>(row);
        @Nullable String[] sent = row.toArray(new String[0]);
        if (random.nextBoolean()) {
            updated.set(1, old.get(1));
            sent[1] = Batches.ABSENT;
        }
        model.add(updated);
        changes.updateFull(bag, old.toArray(new String[0]), sent);
    }

    private static List<@Nullable String> bagRow(Random random) {
        List<@Nullable String> row = new ArrayList<>();
        row.add(random.nextInt(4) == 0 ? null : "a" + random.nextInt(2));
        row.add(random.nextInt(3) == 0 ? null : "{\"k\": " + random.nextInt(2) + "}");
        row.add(random.nextInt(3) == 0 ? null : "(1," + random.nextInt(2) + ")");
        return row;
    }

    @Test
    void tablesInterleavedAndTruncatedKeepTheirOrder() throws Exception {
        TransactionalSink sink = target.started(FOLDED, SINGLE);
        TargetFixture.write(
                sink,
                Batches.batch()
                        .begin(1, 0x100)
                        .insert(FOLDED, "1", "x", "a", "b", "1")
                        .insert(SINGLE, "1", "x", "a", "b", "1")
                        .truncate(FOLDED)
                        .truncate(SINGLE)
                        .insert(SINGLE, "2", "x", "a", "b", null)
                        .insert(FOLDED, "3", "x", null, "", "3")
                        .commit(0x200)
                        .build());
        assertThat(target.rows(FOLDED)).extracting(row -> row.get("id")).containsExactly("3");
        assertThat(target.rows(SINGLE)).extracting(row -> row.get("id")).containsExactly("2");
    }

    @Test
    void aTableAlteredWithinABatchIsWrittenInBothShapes(TestDatabase database) throws Exception {
        Relation before = Batches.relation("public", "t")
                .key("id", "int4")
                .column("a", "text")
                .build();
        Relation after = Batches.relation("public", "t")
                .key("id", "int4")
                .column("b", "text")
                .build();
        database.execute("CREATE TABLE t (id int PRIMARY KEY, a text, b text)");
        TransactionalSink sink = target.started(before);
        TargetFixture.write(
                sink,
                Batches.batch()
                        .begin(1, 0x100)
                        .insert(before, "1", "old")
                        .insert(before, "2", "old")
                        .commit(0x180)
                        .begin(2, 0x200)
                        .update(after, "1", "new")
                        .commit(0x280)
                        .build());
        assertThat(database.rows("SELECT id, a, b FROM t ORDER BY id"))
                .as("a renamed column keeps its name, also beside a column of the target's own")
                .containsExactly(java.util.Arrays.asList("1", "new", null), java.util.Arrays.asList("2", "old", null));
    }

    @Test
    void columnsThatOnlyTheTargetHasAreLeftAloneByUpdatesAndResetByReinsertion(TestDatabase database) throws Exception {
        Relation relation = Batches.relation("public", "t")
                .key("id", "int4")
                .column("a", "text")
                .build();
        database.execute("CREATE TABLE t (id int PRIMARY KEY, a text, note text DEFAULT 'fresh')");
        TransactionalSink sink = target.started(relation);
        TargetFixture.write(
                sink,
                Batches.batch()
                        .begin(1, 0x100)
                        .insert(relation, "1", "one")
                        .insert(relation, "2", "two")
                        .commit(0x180)
                        .build());
        database.execute("UPDATE t SET note = 'mine'");
        TargetFixture.write(
                sink,
                Batches.batch()
                        .begin(2, 0x200)
                        .update(relation, "1", "uno")
                        .delete(relation, "2", null)
                        .insert(relation, "2", "due")
                        .commit(0x280)
                        .build());
        assertThat(database.rows("SELECT id, a, note FROM t ORDER BY id"))
                .containsExactly(List.of("1", "uno", "mine"), List.of("2", "due", "fresh"));
    }

    /** Makes changes that a source could send: only rows that are there are updated or deleted. */
    private static final class History {
        private final Relation relation;
        private final Random random;
        private final List<String> live = new ArrayList<>();
        private final TransactionBatch changes = Batches.batch();

        History(Relation relation, Random random) {
            this.relation = relation;
            this.random = random;
        }

        ChangeBatch batch(long lsn, int count) {
            changes.begin(1, lsn);
            for (int i = 0; i < count; i++) {
                change();
            }
            return changes.commit(lsn + 0x10).build();
        }

        List<ChangeBatch> oneByOne(long lsn, int count) {
            List<ChangeBatch> batches = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                long commit = lsn + 0x100L * (i + 1); // after the folded batch, which goes to the same sink
                changes.begin(1, commit);
                change();
                batches.add(changes.commit(commit + 0x10).build());
            }
            return batches;
        }

        private void change() {
            String free = Integer.toString(random.nextInt(KEYS));
            boolean isFree = !live.contains(free);
            int kind = live.isEmpty() ? 0 : random.nextInt(10);
            if (kind <= 2 && isFree) {
                live.add(free);
                changes.insert(relation, free, "x", value(), value(), number());
            } else if (live.isEmpty()) {
                live.add(free);
                changes.insert(relation, free, "x", value(), value(), number());
            } else if (kind == 3) {
                String gone = live.remove(random.nextInt(live.size()));
                changes.delete(relation, gone, "x", null, null, null);
            } else if (kind <= 5 && isFree) {
                String old = live.remove(random.nextInt(live.size()));
                live.add(free);
                changes.updateKey(
                        relation,
                        Batches.tuple(old, "x", null, null, null),
                        Batches.tuple(free, "x", maybeAbsent(), maybeAbsent(), number()));
            } else if (kind == 6 && random.nextInt(12) == 0) {
                live.clear();
                changes.truncate(relation);
            } else {
                String key = live.get(random.nextInt(live.size()));
                changes.update(relation, key, "x", maybeAbsent(), maybeAbsent(), number());
            }
        }

        private @Nullable String value() {
            return random.nextInt(5) == 0 ? null : random.nextInt(5) == 0 ? "" : "v" + random.nextInt(1000);
        }

        private @Nullable String maybeAbsent() {
            return random.nextInt(3) == 0 ? Batches.ABSENT : value();
        }

        private @Nullable String number() {
            return random.nextInt(5) == 0 ? null : Long.toString(random.nextLong());
        }
    }
}
