package dev.sluice.sink.postgres;

import static dev.sluice.sink.postgres.TargetFixture.START;
import static dev.sluice.sink.postgres.TargetFixture.await;
import static dev.sluice.sink.postgres.TargetFixture.get;
import static dev.sluice.sink.postgres.TargetFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import io.vertx.core.Vertx;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Foreign keys and triggers of the target do not break the order in which groups of rows are written. */
@SharedVertx
@PostgresTest
class TriggersTest {
    private static final Relation PARENT = Batches.relation("public", "parent")
            .key("id", "int4")
            .column("name", "text")
            .build();
    private static final Relation CHILD = Batches.relation("public", "child")
            .key("id", "int4")
            .column("parent", "int4")
            .build();

    private TargetFixture target;
    private TestDatabase database;
    private String role = "";

    @BeforeEach
    void target(TestDatabase given, Vertx vertx) throws Exception {
        database = given;
        target = new TargetFixture(given, vertx);
        role = given.name() + "_user";
        given.execute(
                "CREATE ROLE " + role + " LOGIN",
                "GRANT CREATE ON DATABASE " + given.name() + " TO " + role,
                "CREATE TABLE parent (id int PRIMARY KEY, name text)",
                "CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE)",
                "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name);"
                        + " RETURN NEW; END $$",
                "CREATE TRIGGER shouting BEFORE INSERT OR UPDATE ON parent FOR EACH ROW EXECUTE FUNCTION shout()",
                "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON parent, child TO " + role);
    }

    @AfterEach
    void closeSinks() throws Exception {
        target.close();
        database.execute("DROP OWNED BY " + role + " CASCADE", "DROP ROLE " + role);
    }

    @Test
    void withTheRightToSilenceThemTheyDoNotFire() throws Exception {
        assumeTrue(database.version() >= 15, "the right can be granted since 15");
        database.execute("GRANT SET ON PARAMETER session_replication_role TO " + role);
        TransactionalSink sink = target.newSink(database.server().url(role, database.name()));
        get(sink.open(TargetFixture.SOURCE));
        await(sink.prepareCopy(List.of(CHILD, PARENT), START));
        get(sink.copy(
                CHILD, START, Flux.just(Batches.copy(CHILD, START).row("1", "1").build())));
        get(sink.copy(
                PARENT,
                START,
                Flux.just(Batches.copy(PARENT, START).row("1", "one").build())));
        get(sink.completeCopy(START));
        write(
                sink,
                Batches.batch()
                        .begin(1, 0x100)
                        .insert(CHILD, "7", null)
                        .insert(PARENT, "2", "two")
                        .insert(CHILD, "2", "2")
                        .delete(CHILD, "1", null)
                        .delete(PARENT, "1", null)
                        .commit(0x180)
                        .build());
        assertThat(database.rows("SELECT id, name FROM parent")).containsExactly(List.of("2", "two"));
        assertThat(database.rows("SELECT id FROM child ORDER BY id")).containsExactly(List.of("2"), List.of("7"));
    }

    @Test
    void withoutThatRightTheTablesAreRefusedByName() {
        TransactionalSink sink = target.newSink(database.server().url(role, database.name()));
        get(sink.open(TargetFixture.SOURCE));
        SyncException error =
                catchThrowableOfType(SyncException.class, () -> await(sink.prepareCopy(List.of(PARENT, CHILD), START)));
        assertThat(error.kind()).isEqualTo(ErrorKind.SINK_REFUSED);
        assertThat(error)
                .hasMessageContainingAll(
                        "public.parent",
                        "shouting",
                        "public.child",
                        "child_parent_fkey",
                        "GRANT SET ON PARAMETER session_replication_role TO \"" + role + "\"");
    }

    @Test
    void truncateTogetherAndAloneBothPassAForeignKey() throws Exception {
        TransactionalSink sink = target.started(PARENT, CHILD);
        write(
                sink,
                Batches.batch()
                        .begin(1, 0x100)
                        .insert(PARENT, "1", "one")
                        .insert(CHILD, "1", "1")
                        .truncate(PARENT)
                        .truncate(CHILD)
                        .insert(PARENT, "2", "two")
                        .insert(CHILD, "2", "2")
                        .commit(0x180)
                        .build());
        assertThat(target.rows(PARENT)).hasSize(1);
        assertThat(target.rows(CHILD)).hasSize(1);
        write(
                sink,
                Batches.batch().begin(1, 0x200).truncate(PARENT).commit(0x280).build());
        assertThat(target.rows(PARENT)).isEmpty();
        assertThat(target.rows(CHILD)).hasSize(1);
    }

    @Test
    void anUnfinishedCopyOfOneOfTwoJoinedTablesIsEmptiedAndCopiedAgain() throws Exception {
        for (Relation filled : List.of(PARENT, CHILD)) {
            TransactionalSink sink = target.newSink();
            get(sink.open(TargetFixture.SOURCE));
            await(sink.prepareCopy(List.of(PARENT, CHILD), START));
            get(sink.copy(
                    filled,
                    START,
                    Flux.just(Batches.copy(filled, START).row("1", null).build())));
            await(sink.close());
        }
        TransactionalSink again = target.newSink();
        get(again.open(TargetFixture.SOURCE));
        await(again.prepareCopy(List.of(PARENT, CHILD), START));
        assertThat(target.rows(PARENT)).isEmpty();
        assertThat(target.rows(CHILD)).isEmpty();
    }

    @Test
    void aPartitionIsEmptiedWhereAForeignKeyPointsAtItsRoot() throws Exception {
        database.execute(
                "CREATE TABLE root (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE leaf PARTITION OF root FOR VALUES FROM (0) TO (10)",
                "CREATE TABLE pointing (id int PRIMARY KEY REFERENCES root) PARTITION BY RANGE (id)",
                "CREATE TABLE pointing1 PARTITION OF pointing DEFAULT");
        Relation root = Batches.relation("public", "root").key("id", "int4").build();
        Relation leaf = Batches.relation("public", "leaf").key("id", "int4").build();
        Relation pointing =
                Batches.relation("public", "pointing").key("id", "int4").build();
        TransactionalSink sink = target.started(leaf, root, pointing);
        write(
                sink,
                Batches.batch()
                        .begin(1, 0x100)
                        .insert(leaf, "1")
                        .insert(pointing, "1")
                        .commit(0x180)
                        .begin(2, 0x200)
                        .truncate(leaf)
                        .commit(0x280)
                        .build());
        assertThat(target.rows(leaf)).isEmpty();
        assertThat(target.rows(pointing)).hasSize(1);
        write(
                sink,
                Batches.batch()
                        .begin(3, 0x300)
                        .insert(leaf, "1")
                        .truncate(root)
                        .truncate(pointing)
                        .commit(0x380)
                        .build());
        assertThat(target.rows(root)).isEmpty();
        assertThat(target.rows(pointing)).isEmpty();
    }

    @Test
    void aTriggerThatIsMeantToFireAlwaysMayRefuseARow() throws Exception {
        database.execute(
                "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not %', NEW.id; END $$",
                "CREATE TRIGGER refusing BEFORE INSERT ON child FOR EACH ROW WHEN (NEW.id = 13) EXECUTE FUNCTION no()",
                "ALTER TABLE child ENABLE ALWAYS TRIGGER refusing");
        TransactionalSink sink = target.started(PARENT, CHILD);
        SyncException error = catchThrowableOfType(
                SyncException.class,
                () -> write(
                        sink,
                        Batches.batch()
                                .begin(1, 0x100)
                                .insert(CHILD, "12", null)
                                .insert(CHILD, "13", null)
                                .commit(0x180)
                                .build()));
        assertThat(error.kind()).isEqualTo(ErrorKind.ROW_REFUSED);
        assertThat(error).hasMessageContainingAll("public.child (id=13)", "not 13");
    }
}
