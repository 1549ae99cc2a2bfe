package dev.sluice.sink.postgres;

import static dev.sluice.sink.postgres.TargetFixture.get;
import static dev.sluice.sink.postgres.TargetFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.TransactionBatch;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@SharedVertx
@PostgresTest
class TransactionsTest {
    private static final Relation T = Batches.relation("public", "t")
            .key("id", "int4")
            .column("name", "text")
            .build();

    private TargetFixture target;

    @BeforeEach
    void target(TestDatabase database, Vertx vertx) {
        target = new TargetFixture(database, vertx);
    }

    @AfterEach
    void closeSinks() {
        target.close();
    }

    @Test
    void aTransactionOverManyWritesIsSeenOnlyWhenItsEndHasCome() throws Exception {
        TransactionalSink sink = target.started(T);
        TransactionBatch changes = Batches.batch()
                .begin(1, 0x100)
                .insert(T, "0", "before")
                .commit(0x180)
                .begin(2, 0x200);
        for (int part = 0; part < 20; part++) {
            for (int row = 1; row <= 50; row++) {
                changes.insert(T, Integer.toString(part * 50 + row), "row");
            }
            assertThat(write(sink, changes.build())).isEqualTo(Position.boundary(0x180));
            assertThat(target.rows(T)).hasSize(1);
        }
        changes.delete(T, "1000", null)
                .commit(0x280)
                .begin(3, 0x300)
                .update(T, "0", "after")
                .commit(0x380)
                .begin(4, 0x400)
                .insert(T, "5000", "open");
        assertThat(write(sink, changes.build())).isEqualTo(Position.boundary(0x380));
        assertThat(target.rows(T)).hasSize(1000);
        assertThat(write(sink, changes.commit(0x480).build())).isEqualTo(Position.boundary(0x480));
        assertThat(target.rows(T)).hasSize(1001);
    }

    @Test
    void aTransactionThatIsFilteredToNothingAtItsEndIsCommitted() throws Exception {
        TransactionalSink sink = target.started(T);
        TransactionBatch changes = Batches.batch().begin(1, 0x100).insert(T, "1", "one");
        assertThat(write(sink, changes.build())).isEqualTo(TargetFixture.START);
        assertThat(write(sink, changes.commit(0x180).build())).isEqualTo(Position.boundary(0x180));
        assertThat(target.rows(T)).hasSize(1);
    }

    @Test
    void uniqueValuesMayChangePlacesInOneBatch(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, name text UNIQUE)");
        TransactionalSink sink = target.started(T);
        write(
                sink,
                Batches.batch()
                        .begin(1, 0x100)
                        .insert(T, "1", "a")
                        .insert(T, "2", "b")
                        .commit(0x180)
                        .build());
        Position end = write(
                sink,
                Batches.batch()
                        .begin(2, 0x200)
                        .update(T, "1", "c")
                        .update(T, "2", "a")
                        .update(T, "1", "b")
                        .commit(0x280)
                        .build());
        assertThat(end).isEqualTo(Position.boundary(0x280));
        assertThat(database.rows("SELECT id, name FROM t ORDER BY id"))
                .containsExactly(List.of("1", "b"), List.of("2", "a"));
    }

    @Test
    void aRefusedRowIsNamedAndTheTransactionsBeforeItStay(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, name text CHECK (name <> 'bad'))");
        TransactionalSink sink = target.started(T);
        SyncException error = catchThrowableOfType(
                SyncException.class,
                () -> write(
                        sink,
                        Batches.batch()
                                .begin(1, 0x100)
                                .insert(T, "1", "one")
                                .insert(T, "2", "two")
                                .commit(0x180)
                                .begin(2, 0x200)
                                .insert(T, "3", "three")
                                .insert(T, "4", "bad")
                                .commit(0x280)
                                .begin(3, 0x300)
                                .insert(T, "5", "five")
                                .commit(0x380)
                                .build()));
        assertThat(error.kind()).isEqualTo(ErrorKind.ROW_REFUSED);
        assertThat(error).hasMessageContainingAll("public.t", "id=4", "0/200:2", "t_name_check");
        assertThat(database.rows("SELECT id FROM t ORDER BY id")).containsExactly(List.of("1"), List.of("2"));

        Position kept = get(sink.open(TargetFixture.SOURCE));
        assertThat(kept).isEqualTo(new Position(0x100, 2));
        Position end = write(
                sink,
                Batches.batch()
                        .begin(2, 0x200)
                        .insert(T, "3", "three")
                        .insert(T, "4", "good")
                        .commit(0x280)
                        .build()
                        .after(kept));
        assertThat(end).isEqualTo(Position.boundary(0x280));
        assertThat(target.rows(T)).hasSize(4);
    }

    @Test
    void aRefusedRowInAnOpenTransactionUndoesAllOfIt(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, name varchar(5) NOT NULL)");
        Relation relation = Batches.relation("public", "t")
                .key("id", "int4")
                .column("name", "varchar")
                .build();
        TransactionalSink sink = target.newSink();
        get(sink.open(TargetFixture.SOURCE));
        assertThatThrownBy(() -> TargetFixture.await(sink.prepareCopy(List.of(relation), TargetFixture.START)))
                .hasMessageContainingAll("name", "character varying(5)", "varchar");
        Relation fitting = Batches.relation("public", "t").key("id", "int4").build();
        database.execute("ALTER TABLE t ALTER name SET DEFAULT ''");
        target.start(sink, fitting);

        TransactionBatch changes = Batches.batch()
                .begin(1, 0x100)
                .insert(fitting, "1")
                .commit(0x180)
                .begin(2, 0x200)
                .insert(fitting, "2");
        write(sink, changes.build());
        write(sink, changes.insert(fitting, "3").build());
        assertThatThrownBy(() -> write(
                        sink, changes.insert(fitting, "4").insert(fitting, "x").build()))
                .hasMessageContainingAll("id=x", "0/200:4", "public.t");
        assertThat(get(sink.open(TargetFixture.SOURCE))).isEqualTo(Position.boundary(0x180));
        assertThat(target.rows(fitting)).hasSize(1);
    }

    @Test
    void anOpenTransactionFallsBackToSingleChangesAndGoesOn(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, name text UNIQUE)");
        TransactionalSink sink = target.started(T);
        TransactionBatch changes =
                Batches.batch().begin(1, 0x100).insert(T, "1", "a").insert(T, "2", "b");
        write(sink, changes.build());
        write(
                sink,
                changes.update(T, "1", "c")
                        .update(T, "2", "a")
                        .update(T, "1", "b")
                        .build());
        write(
                sink,
                changes.update(T, "1", "c")
                        .update(T, "2", "b")
                        .update(T, "1", "a")
                        .commit(0x180)
                        .build());
        assertThat(database.rows("SELECT id, name FROM t ORDER BY id"))
                .containsExactly(List.of("1", "a"), List.of("2", "b"));
    }

    @Test
    void nullInANotNullColumnIsRefusedByName(TestDatabase database) throws Exception {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL)");
        TransactionalSink sink = target.started(T);
        assertThatThrownBy(() -> write(
                        sink,
                        Batches.batch()
                                .begin(1, 0x100)
                                .insert(T, "7", null)
                                .commit(0x180)
                                .build()))
                .isInstanceOf(SyncException.class)
                .hasMessageContainingAll("public.t", "id=7", "\"name\"");
    }

    @Test
    void aSecondSinkFencesTheFirst() throws Exception {
        TransactionalSink first = target.started(T);
        write(
                first,
                Batches.batch()
                        .begin(1, 0x100)
                        .insert(T, "1", "one")
                        .commit(0x180)
                        .build());
        TransactionalSink second = target.newSink();
        assertThat(get(second.open(TargetFixture.SOURCE))).isEqualTo(Position.boundary(0x180));

        SyncException error = catchThrowableOfType(
                SyncException.class,
                () -> write(
                        first,
                        Batches.batch()
                                .begin(2, 0x200)
                                .insert(T, "2", "two")
                                .commit(0x280)
                                .build()));
        assertThat(error.kind()).isEqualTo(ErrorKind.FENCED);
        assertThat(target.rows(T)).hasSize(1);
        write(
                second,
                Batches.batch()
                        .begin(2, 0x200)
                        .insert(T, "2", "deux")
                        .commit(0x280)
                        .build());
        assertThat(target.rows(T)).extracting(row -> row.get("name")).containsExactly("one", "deux");
    }

    @Test
    void anIdleOrAHalfwayZombieIsFencedToo() throws Exception {
        TransactionalSink first = target.started(T);
        TransactionBatch half = Batches.batch().begin(1, 0x100).insert(T, "1", "zombie");
        write(first, half.build());
        TransactionalSink second = target.newSink();
        assertThat(get(second.open(TargetFixture.SOURCE))).isEqualTo(TargetFixture.START);
        assertThatThrownBy(() -> write(first, half.commit(0x180).build()))
                .extracting(error -> ((SyncException) error).kind())
                .isEqualTo(ErrorKind.FENCED);
        TransactionalSink third = target.newSink();
        get(third.open(TargetFixture.SOURCE));
        assertThatThrownBy(() -> write(second, Batches.progress(0x200)))
                .extracting(error -> ((SyncException) error).kind())
                .isEqualTo(ErrorKind.FENCED);
        TargetFixture.await(first.close());
        assertThat(target.rows(T)).isEmpty();
    }

    @Test
    void aCheckpointOfAnotherStreamIsRefused() {
        target.started(T);
        TransactionalSink other = target.newSink();
        SourceIdentity elsewhere = new SourceIdentity("42", 1, "shop", "sluice_shop");
        SyncException error = catchThrowableOfType(SyncException.class, () -> get(other.open(elsewhere)));
        assertThat(error.kind()).isEqualTo(ErrorKind.STATE_MISMATCH);
        assertThat(error).hasMessageContainingAll("7300000000000000001", "42");
        SourceIdentity promoted = new SourceIdentity("7300000000000000001", 2, "shop", "sluice_shop");
        assertThat(get(other.open(promoted))).isEqualTo(TargetFixture.START);
    }

    @Test
    void whatWasAlreadyWrittenIsNotWrittenAgain() throws Exception {
        TransactionalSink sink = target.started(T);
        TransactionBatch changes =
                Batches.batch().begin(1, 0x100).insert(T, "1", "one").commit(0x180);
        var batch = changes.build();
        write(sink, batch);
        target.database().execute("DELETE FROM t");
        assertThat(write(sink, batch)).isEqualTo(Position.boundary(0x180));
        assertThat(target.rows(T)).isEmpty();
    }

    @Test
    void aSinkThatFailedMustBeOpenedAgain(TestDatabase database) throws Exception {
        TransactionalSink sink = target.started(T);
        database.execute("DROP TABLE t");
        assertThatThrownBy(() -> write(
                        sink,
                        Batches.batch()
                                .begin(1, 0x100)
                                .insert(T, "1", "a")
                                .commit(0x180)
                                .build()))
                .extracting(error -> ((SyncException) error).kind())
                .isEqualTo(ErrorKind.SINK_MISFIT);
        assertThatThrownBy(() -> write(sink, Batches.progress(0x200))).hasMessageContaining("not opened again");
        get(sink.open(TargetFixture.SOURCE));
        assertThat(write(sink, Batches.progress(0x200))).isEqualTo(Position.boundary(0x200));
        assertThatThrownBy(() -> write(
                        sink,
                        Batches.batch()
                                .begin(1, 0x300)
                                .insert(T, "1", "a")
                                .commit(0x380)
                                .build()))
                .hasMessageContainingAll("public.t", "does not exist", "CREATE TABLE");
    }
}
