package dev.sluice.sink.postgres;

import static dev.sluice.sink.postgres.TargetFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.Earlier;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.SchemaPolicy;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.RelationBuilder;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import io.vertx.core.Vertx;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables of the source that are altered while they are followed. */
@SharedVertx
@PostgresTest
class SchemaChangesTest {
    private static final Relation BEFORE = table().column("v", "text").build();
    private static final Relation WITH_NUMBER = table().column("v", "text")
            .column("n", "int4")
            .earlier(Earlier.of("7"))
            .build();

    private TargetFixture target;
    private TestDatabase database;

    private static RelationBuilder table() {
        return Batches.relation("public", "t").key("id", "int4");
    }

    @BeforeEach
    void target(TestDatabase given, Vertx vertx) {
        database = given;
        target = new TargetFixture(given, vertx);
    }

    @AfterEach
    void closeSinks() {
        target.close();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anAddedColumnIsAddedWithWhatEarlierRowsHaveInIt(boolean copying) throws Exception {
        if (copying) {
            target.copyingAll();
        }
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));

        ChangeBatch altered = Batches.batch()
                .begin(701, 0x200)
                .insert(BEFORE, "2", "of the old shape")
                .insert(WITH_NUMBER, "3", "new", "30")
                .insert(WITH_NUMBER, "4", "new", null)
                .update(WITH_NUMBER, "1", "changed", "8")
                .commit(0x280)
                .build();
        write(sink, altered);

        assertThat(database.rows("SELECT id, v, n FROM t ORDER BY id"))
                .containsExactly(
                        List.of("1", "changed", "8"),
                        List.of("2", "of the old shape", "7"),
                        List.of("3", "new", "30"),
                        Arrays.asList("4", "new", null));
        assertThat(target.meters().get("sluice.sink.schema.changes").counter().count())
                .isEqualTo(1);
    }

    @Test
    void aSinkThatIsOpenedAfterwardsStillKnowsWhatTheColumnsWere() throws Exception {
        write(target.started(BEFORE), insert(0x100, BEFORE, "1", "old"));

        TransactionalSink later = target.newSink();
        TargetFixture.get(later.open(TargetFixture.SOURCE));
        write(later, insert(0x200, WITH_NUMBER, "2", "new", "2"));

        assertThat(database.rows("SELECT id, n FROM t ORDER BY id"))
                .containsExactly(List.of("1", "7"), List.of("2", "2"));
    }

    @Test
    void aColumnIsAddedInTheMiddleOfATransactionThatComesInParts() throws Exception {
        TransactionalSink sink = target.started(BEFORE);
        write(sink, Batches.batch().begin(701, 0x200).insert(BEFORE, "1", "old").build());
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("0");

        write(
                sink,
                Batches.batch()
                        .begin(701, 0x200)
                        .insert(BEFORE, "1", "old")
                        .insert(WITH_NUMBER, "2", "new", "20")
                        .commit(0x280)
                        .build());

        assertThat(database.rows("SELECT id, n FROM t ORDER BY id"))
                .containsExactly(List.of("1", "7"), List.of("2", "20"));
    }

    @Test
    void aColumnIsAddedAfterTheBeginningOfItsTransactionWasKeptBack() throws Exception {
        target.copyingAll();
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));
        write(
                sink,
                Batches.batch()
                        .begin(701, 0x200)
                        .insert(BEFORE, "2", "kept back")
                        .build());

        write(
                sink,
                Batches.batch()
                        .begin(701, 0x200)
                        .insert(BEFORE, "2", "kept back")
                        .insert(WITH_NUMBER, "3", "new", "30")
                        .commit(0x280)
                        .build());

        assertThat(database.rows("SELECT id, n FROM t ORDER BY id"))
                .containsExactly(List.of("1", "7"), List.of("2", "7"), List.of("3", "30"));
    }

    @Test
    void aWiderTypeIsTakenOver() throws Exception {
        Relation narrow = table().column("n", "int4").column("small", "int2").build();
        Relation wide = table().column("n", "int8").column("small", "int4").build();
        TransactionalSink sink = target.started(narrow);
        write(sink, insert(0x100, narrow, "1", "1", "1"));

        write(sink, insert(0x200, wide, "2", "5000000000", "70000"));

        assertThat(database.rows("SELECT id, n, small FROM t ORDER BY id"))
                .containsExactly(List.of("1", "1", "1"), List.of("2", "5000000000", "70000"));
    }

    @Test
    void aNarrowerTypeFitsAndAnyOtherIsRefused() {
        Relation wide = table().column("n", "int8").build();
        TransactionalSink sink = target.started(wide);
        write(sink, insert(0x100, wide, "1", "1"));
        write(sink, insert(0x200, table().column("n", "int4").build(), "2", "2")); // it fits

        assertThat(refused(sink, insert(0x300, table().column("n", "text").build(), "3", "x")))
                .satisfiesExactly(problem -> assertThat(problem.remedy()).contains("TYPE text"));
    }

    @Test
    void aDroppedColumnStaysAndNeedNoLongerBeFilled() throws Exception {
        database.execute("CREATE TABLE t (id int PRIMARY KEY, v text NOT NULL)");
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "kept"));

        write(sink, insert(0x200, table().dropped().build(), "2"));

        assertThat(database.rows("SELECT id, v FROM t ORDER BY id"))
                .containsExactly(List.of("1", "kept"), Arrays.asList("2", null));
    }

    @Test
    void aRenamedColumnIsRefusedWithTheStatementAndGoesOnAfterIt() throws Exception {
        Relation renamed = table().column("w", "text").build();
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));

        List<Problem> problems = refused(sink, insert(0x200, renamed, "2", "new"));

        assertThat(problems).satisfiesExactly(problem -> {
            assertThat(problem.kind()).isEqualTo(ErrorKind.SINK_MISFIT);
            assertThat(problem.what()).contains("public.t", "no column w", "it was called v before");
            assertThat(problem.remedy()).isEqualTo("ALTER TABLE \"public\".\"t\" RENAME COLUMN \"v\" TO \"w\";");
        });
        database.execute(problems.get(0).remedy());
        TransactionalSink again = reopened();
        write(again, insert(0x200, renamed, "2", "new"));
        assertThat(database.rows("SELECT id, w FROM t ORDER BY id"))
                .containsExactly(List.of("1", "old"), List.of("2", "new"));
    }

    @Test
    void aRenamedTableIsRefusedWithTheStatement() throws Exception {
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));
        Relation renamed =
                new Relation(BEFORE.oid(), "other", "u", BEFORE.identity(), BEFORE.columns(), BEFORE.highest());

        List<Problem> problems = refused(sink, insert(0x200, renamed, "2", "new"));

        assertThat(problems).satisfiesExactly(problem -> {
            assertThat(problem.what()).contains("other.u does not exist", "it was public.t before");
            assertThat(problem.remedy())
                    .isEqualTo("ALTER TABLE \"public\".\"t\" SET SCHEMA \"other\";"
                            + " ALTER TABLE \"other\".\"t\" RENAME TO \"u\";");
        });
        database.execute("CREATE SCHEMA other", problems.get(0).remedy());
        write(reopened(), insert(0x200, renamed, "2", "new"));
        assertThat(database.value("SELECT count(*) FROM other.u")).isEqualTo("2");
    }

    @Test
    void aColumnThatARouteHadLeftOutIsNoNewColumn() throws Exception {
        Relation partly = WITH_NUMBER.withColumns(WITH_NUMBER.columns().subList(0, 2));
        TransactionalSink sink = target.started(partly);
        write(sink, insert(0x100, partly, "1", "old"));

        assertThat(refused(sink, insert(0x200, WITH_NUMBER, "2", "new", "2")))
                .satisfiesExactly(problem -> assertThat(problem.what()).contains("has no column n"));

        assertThat(database.value("SELECT count(*) FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'n'"))
                .isEqualTo("0");
    }

    @Test
    void aColumnWhoseEarlierValuesNobodyKnowsIsRefused() {
        Relation random = table().column("v", "text")
                .column("n", "int4")
                .earlier(Earlier.UNKNOWN)
                .build();
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));

        assertThat(refused(sink, insert(0x200, random, "2", "new", "2")))
                .satisfiesExactly(problem -> assertThat(problem.remedy())
                        .contains("ADD COLUMN \"n\" int4;", "set it for the rows that are there"));
    }

    @Test
    void aColumnThatWasDroppedAndAddedAgainIsRefusedUntilTheTargetHasDoneTheSame() throws Exception {
        Relation again =
                table().dropped().column("v", "text").earlier(Earlier.of("x")).build();
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));

        List<Problem> problems = refused(sink, insert(0x200, again, "2", "new"));

        assertThat(problems).satisfiesExactly(problem -> assertThat(problem.remedy())
                .isEqualTo("ALTER TABLE \"public\".\"t\" DROP COLUMN \"v\";"
                        + " ALTER TABLE \"public\".\"t\" ADD COLUMN \"v\" text DEFAULT 'x';"));
        database.execute(problems.get(0).remedy());
        write(reopened(), insert(0x200, again, "2", "new"));
        assertThat(database.rows("SELECT id, v FROM t ORDER BY id"))
                .containsExactly(List.of("1", "x"), List.of("2", "new"));
    }

    @Test
    void whereNothingIsToBeAlteredTheStatementIsTold() throws Exception {
        target.withPolicy(SchemaPolicy.STOP);
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));

        List<Problem> problems = refused(sink, insert(0x200, WITH_NUMBER, "2", "new", "2"));

        assertThat(problems).satisfiesExactly(problem -> assertThat(problem.remedy())
                .isEqualTo("ALTER TABLE \"public\".\"t\" ADD COLUMN \"n\" int4 DEFAULT '7';"));
        database.execute(problems.get(0).remedy());
        write(reopened(), insert(0x200, WITH_NUMBER, "2", "new", "2"));
        assertThat(database.rows("SELECT id, n FROM t ORDER BY id"))
                .containsExactly(List.of("1", "7"), List.of("2", "2"));
    }

    @Test
    void whatTheTargetDoesNotLetUsAlterIsToldWithTheStatement() throws Exception {
        Relation typed = table().column("v", "text")
                .column("m", new DataType.Enumeration(9, "public", "mood", List.of("sad")))
                .earlier(Earlier.NULL)
                .build();
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));

        List<Problem> problems = refused(sink, insert(0x200, typed, "2", "new", "sad"));

        assertThat(problems).satisfiesExactly(problem -> {
            assertThat(problem.what()).contains("cannot add column m to public.t", "mood");
            assertThat(problem.remedy()).isEqualTo("ALTER TABLE \"public\".\"t\" ADD COLUMN \"m\" public.mood;");
        });
        database.execute("CREATE TYPE mood AS ENUM ('sad')");
        write(reopened(), insert(0x200, typed, "2", "new", "sad"));
        assertThat(database.value("SELECT m FROM t WHERE id = 2")).isEqualTo("sad");
    }

    private TransactionalSink reopened() {
        TransactionalSink sink = target.newSink();
        TargetFixture.get(sink.open(TargetFixture.SOURCE));
        return sink;
    }

    private static List<Problem> refused(TransactionalSink sink, ChangeBatch batch) {
        return catchThrowableOfType(SyncException.class, () -> write(sink, batch))
                .problems();
    }

    private static ChangeBatch insert(long lsn, Relation relation, String... values) {
        return Batches.batch()
                .begin(lsn, lsn)
                .insert(relation, values)
                .commit(lsn + 0x10)
                .build();
    }
}
