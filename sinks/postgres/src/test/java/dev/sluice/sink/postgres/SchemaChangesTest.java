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
import org.junit.jupiter.params.provider.EnumSource;
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
    void aRenamedColumnKeepsItsNameInTheTarget() throws Exception {
        Relation renamed = table().column("w", "text").build();
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));
        write(
                sink,
                Batches.batch()
                        .begin(702, 0x200)
                        .insert(renamed, "2", "new")
                        .update(renamed, "1", "changed")
                        .commit(0x280)
                        .build());
        write(reopened(), insert(0x300, renamed, "3", "newer"));
        assertThat(database.rows("SELECT id, v FROM t ORDER BY id"))
                .containsExactly(List.of("1", "changed"), List.of("2", "new"), List.of("3", "newer"));

        Relation more = table().column("x", "text")
                .column("added", "text")
                .earlier(Earlier.NULL)
                .build();
        write(reopened(), insert(0x400, more, "4", "newest", "added"));
        assertThat(database.rows("SELECT id, v, added FROM t WHERE id = 4"))
                .containsExactly(List.of("4", "newest", "added"));
    }

    @Test
    void columnsThatChangePlacesKeepTheirNamesInTheTarget() throws Exception {
        Relation two = table().column("a", "text").column("b", "text").build();
        Relation swapped = table().column("b", "text").column("a", "text").build();
        TransactionalSink sink = target.started(two);
        write(sink, insert(0x100, two, "1", "A", "B"));
        write(sink, insert(0x200, swapped, "2", "A", "B"));
        assertThat(database.rows("SELECT id, a, b FROM t ORDER BY id"))
                .containsExactly(List.of("1", "A", "B"), List.of("2", "A", "B"));
    }

    @Test
    void whereNothingIsToBeAlteredARenamedColumnIsRefusedWithTheStatementAndGoesOnAfterIt() throws Exception {
        target.withPolicy(SchemaPolicy.STOP);
        Relation renamed = table().column("w", "text").build();
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));

        List<Problem> problems = refused(sink, insert(0x200, renamed, "2", "new"));

        assertThat(problems).satisfiesExactly(SchemaChangesTest::isRename);
        database.execute(problems.get(0).remedy());
        TransactionalSink again = reopened();
        write(again, insert(0x200, renamed, "2", "new"));
        assertThat(database.rows("SELECT id, w FROM t ORDER BY id"))
                .containsExactly(List.of("1", "old"), List.of("2", "new"));
    }

    @Test
    void aColumnWhoseFormerNameAnotherOneGotIsRefusedWithTheStatement() {
        Relation renamed = table().column("w", "text").column("v", "text").build();
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));
        assertThat(refused(sink, insert(0x200, renamed, "2", "new", "other"))).anySatisfy(SchemaChangesTest::isRename);
    }

    private static void isRename(Problem problem) {
        assertThat(problem.kind()).isEqualTo(ErrorKind.SINK_MISFIT);
        assertThat(problem.what()).contains("public.t", "no column w", "it was called v before");
        assertThat(problem.remedy()).isEqualTo("ALTER TABLE \"public\".\"t\" RENAME COLUMN \"v\" TO \"w\";");
    }

    @Test
    void aRenamedTableIsRefusedWithTheStatement() throws Exception {
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));
        Relation renamed = named("other", "u");

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
        write(target.started(BEFORE), insert(0x100, BEFORE, "1", "old"));
        TransactionalSink sink = target.newSink(new PostgresSinkConfig(database.url(), null, false, 2));
        TargetFixture.get(sink.open(TargetFixture.SOURCE));

        List<Problem> problems = refused(sink, insert(0x200, typed, "2", "new", "sad"));

        assertThat(problems).satisfiesExactly(problem -> {
            assertThat(problem.what()).contains("cannot add column m to public.t", "mood");
            assertThat(problem.remedy()).isEqualTo("ALTER TABLE \"public\".\"t\" ADD COLUMN \"m\" public.mood;");
        });
        database.execute("CREATE TYPE mood AS ENUM ('sad')");
        write(reopened(), insert(0x200, typed, "2", "new", "sad"));
        assertThat(database.value("SELECT m FROM t WHERE id = 2")).isEqualTo("sad");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whereEverythingIsFollowedAColumnIsRenamedBetweenTheRowsOfOneBatch(boolean copying) throws Exception {
        target.withPolicy(SchemaPolicy.FOLLOW);
        if (copying) {
            target.copyingAll();
        }
        Relation renamed = table().column("w", "text").build();
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));

        write(
                sink,
                Batches.batch()
                        .begin(701, 0x200)
                        .insert(BEFORE, "2", "in the transaction before")
                        .commit(0x210)
                        .begin(702, 0x220)
                        .insert(BEFORE, "3", "of the old shape")
                        .insert(renamed, "4", "new")
                        .update(renamed, "1", "changed")
                        .commit(0x280)
                        .begin(703, 0x290)
                        .insert(renamed, "5", "open")
                        .build());
        write(
                sink,
                Batches.batch()
                        .begin(703, 0x290)
                        .insert(renamed, "5", "open")
                        .insert(BEFORE, "6", "and renamed back")
                        .commit(0x2A0)
                        .build());

        assertThat(database.rows("SELECT id, v FROM t ORDER BY id"))
                .containsExactly(
                        List.of("1", "changed"),
                        List.of("2", "in the transaction before"),
                        List.of("3", "of the old shape"),
                        List.of("4", "new"),
                        List.of("5", "open"),
                        List.of("6", "and renamed back"));
    }

    @Test
    void whereEverythingIsFollowedColumnsAreDroppedAddedAndChangePlaces() throws Exception {
        Relation three = table().column("a", "text")
                .column("b", "text")
                .column("c", "text")
                .build();
        Relation moved = table().column("b", "text")
                .column("a", "text")
                .dropped()
                .column("c", "text")
                .earlier(Earlier.of("x"))
                .build();
        Relation movedWithoutC = table().column("b", "text").column("a", "text").build();
        target.withPolicy(SchemaPolicy.FOLLOW);
        TransactionalSink sink = target.started(three);
        write(sink, insert(0x100, three, "1", "A", "B", "C"));

        write(sink, insert(0x200, movedWithoutC, "2", "A2", "B2"));
        write(sink, insert(0x300, moved, "3", "A3", "B3", "C3"));

        assertThat(database.rows("SELECT id, b, a, c FROM t ORDER BY id"))
                .containsExactly(
                        List.of("1", "A", "B", "x"), List.of("2", "A2", "B2", "x"), List.of("3", "A3", "B3", "C3"));
    }

    @Test
    void whereEverythingIsFollowedANameThatIsFreeAgainIsThatOfAnotherColumn() throws Exception {
        Relation again = table().column("former", "text")
                .column("v", "int4")
                .earlier(Earlier.of("5"))
                .build();
        target.withPolicy(SchemaPolicy.FOLLOW);
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));

        write(sink, insert(0x200, again, "2", "new", "6"));

        assertThat(database.rows("SELECT id, former, v FROM t ORDER BY id"))
                .containsExactly(List.of("1", "old", "5"), List.of("2", "new", "6"));
    }

    @Test
    void whereEverythingIsFollowedNothingIsRenamedOntoAColumnThatIsTheTargetsOwn() throws Exception {
        Relation two = table().column("a", "text").column("b", "text").build();
        Relation renamed = table().column("b", "text").column("own", "text").build();
        target.withPolicy(SchemaPolicy.FOLLOW);
        TransactionalSink sink = target.started(two);
        write(sink, insert(0x100, two, "1", "A", "B"));
        database.execute("ALTER TABLE t ADD COLUMN own text");

        assertThat(refused(sink, insert(0x200, renamed, "2", "A2", "B2")))
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem.kind()).isEqualTo(ErrorKind.SINK_MISFIT));

        assertThat(database.rows("SELECT id, a, b, own FROM t")).containsExactly(Arrays.asList("1", "A", "B", null));
    }

    @Test
    void whereEverythingIsFollowedValuesAreConvertedOrTheStatementIsTold() throws Exception {
        Relation numbers = table().column("v", "int4").build();
        target.withPolicy(SchemaPolicy.FOLLOW);
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "7"));
        write(sink, insert(0x200, numbers, "2", "8"));
        assertThat(database.value("SELECT sum(v) FROM t")).isEqualTo("15");

        Relation moments = table().column("v", "timestamptz").build();
        assertThat(refused(sink, insert(0x300, moments, "3", "2026-01-01 00:00:00+00")))
                .satisfiesExactly(problem -> {
                    assertThat(problem.what()).contains("cannot convert column v of public.t");
                    assertThat(problem.remedy())
                            .isEqualTo("ALTER TABLE \"public\".\"t\" ALTER COLUMN \"v\" TYPE timestamptz USING"
                                    + " \"v\"::timestamptz;");
                });
    }

    @Test
    void whereEverythingIsFollowedATableIsRenamed() throws Exception {
        target.withPolicy(SchemaPolicy.FOLLOW);
        TransactionalSink sink = target.started(BEFORE);
        write(sink, insert(0x100, BEFORE, "1", "old"));
        database.execute("CREATE SCHEMA other");

        write(sink, insert(0x200, named("other", "u"), "2", "new"));

        assertThat(database.value("SELECT count(*) FROM other.u")).isEqualTo("2");
    }

    @Test
    void whereEverythingIsFollowedAColumnThatARouteLeavesOutIsNotDropped() throws Exception {
        target.withPolicy(SchemaPolicy.FOLLOW);
        TransactionalSink sink = target.started(WITH_NUMBER);
        write(sink, insert(0x100, WITH_NUMBER, "1", "old", "1"));

        Relation leftOutByARoute = WITH_NUMBER.withColumns(WITH_NUMBER.columns().subList(0, 2));
        write(sink, insert(0x200, leftOutByARoute, "2", "new"));

        assertThat(database.rows("SELECT id, n FROM t ORDER BY id"))
                .containsExactly(List.of("1", "1"), Arrays.asList("2", null));
    }

    @Test
    void whereEverythingIsFollowedAColumnThatWasDroppedAndAddedAgainIsStillRefused() throws Exception {
        target.withPolicy(SchemaPolicy.FOLLOW);
        TransactionalSink sink = target.started(WITH_NUMBER);
        write(sink, insert(0x100, WITH_NUMBER, "1", "old", "1"));
        Relation droppedAndAdded = table().column("v", "text")
                .dropped()
                .column("n", "int4")
                .earlier(Earlier.of("3"))
                .build();

        assertThat(refused(sink, insert(0x300, droppedAndAdded, "3", "new", "3")))
                .satisfiesExactly(problem -> assertThat(problem.what()).contains("before the source dropped it"));

        assertThat(database.rows("SELECT id, n FROM t ORDER BY id")).containsExactly(List.of("1", "1"));
    }

    @ParameterizedTest
    @EnumSource(SchemaPolicy.class)
    void aTableThatTakesTheNameOfAnotherIsRefused(SchemaPolicy policy) throws Exception {
        target.withPolicy(policy);
        Relation other = Batches.relation("public", "u")
                .key("id", "int4")
                .column("v", "text")
                .build();
        TransactionalSink sink = target.started(BEFORE, other);
        write(sink, insert(0x100, BEFORE, "1", "of t"));
        write(sink, insert(0x200, other, "1", "of u"));

        assertThat(refused(sink, insert(0x300, named("public", "u"), "2", "of t, now called u")))
                .satisfiesExactly(problem -> {
                    assertThat(problem.what()).contains("renamed public.t to public.u", "tables of both names");
                    assertThat(problem.remedy()).endsWith("then: ALTER TABLE \"public\".\"t\" RENAME TO \"u\";");
                });

        assertThat(database.value("SELECT count(*) FROM u")).isEqualTo("1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sad", "sad,fair,happy"})
    void aLabelThatTheSourceHasAddedIsAddedWhenARowNeedsIt(String labelsKnownThen) throws Exception {
        Relation now = moods(labelsKnownThen.split(","));
        TransactionalSink sink = target.started(moods("sad"));
        write(sink, insert(0x100, now, "1", "sad"));

        ChangeBatch happy = insert(0x200, now, "2", "happy");
        SyncException failed = catchThrowableOfType(SyncException.class, () -> write(sink, happy));
        assertThat(failed.kind()).as(failed.getMessage()).isEqualTo(ErrorKind.SINK_UNAVAILABLE);
        write(reopened(), happy);

        assertThat(database.value("SELECT m FROM t WHERE id = 2")).isEqualTo("happy");
        assertThat(database.value("SELECT enum_range(NULL::mood)"))
                .isEqualTo(labelsKnownThen.contains("fair") ? "{sad,fair,happy}" : "{sad,happy}");
    }

    @Test
    void aLabelThatMayNotBeAddedIsToldWithTheStatement() {
        target.withPolicy(SchemaPolicy.STOP);
        TransactionalSink sink = target.started(moods("sad"));

        assertThat(refused(sink, insert(0x200, moods("sad"), "2", "happy"))).satisfiesExactly(problem -> {
            assertThat(problem.kind()).isEqualTo(ErrorKind.SINK_MISFIT);
            assertThat(problem.remedy()).isEqualTo("ALTER TYPE \"public\".\"mood\" ADD VALUE IF NOT EXISTS 'happy';");
        });
    }

    private static Relation moods(String... labels) {
        return table().column("m", new DataType.Enumeration(9, "public", "mood", List.of(labels)))
                .build();
    }

    private static Relation named(String schema, String name) {
        return new Relation(BEFORE.oid(), schema, name, BEFORE.identity(), BEFORE.columns(), BEFORE.highest());
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
