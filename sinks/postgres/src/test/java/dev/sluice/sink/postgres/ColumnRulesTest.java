package dev.sluice.sink.postgres;

import static dev.sluice.sink.postgres.TargetFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Earlier;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.SchemaPolicy;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.RelationBuilder;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** NOT NULL and defaults that the source has changed. */
@SharedVertx
@PostgresTest
class ColumnRulesTest {
    private static final Relation LOOSE = table().build();
    private static final Relation STRICT = table().notNull().build();

    private TargetFixture target;
    private TestDatabase database;

    private static RelationBuilder table() {
        return Batches.relation("public", "t").key("id", "int4").column("v", "text");
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
    void notNullComesAndGoesWithTheSourceAlsoWithinATransaction(boolean open) throws Exception {
        target.withPolicy(SchemaPolicy.FOLLOW);
        TransactionalSink sink = target.started(LOOSE);
        write(sink, insert(0x100, LOOSE, "1", "old"));

        write(sink, rows(0x200, open, STRICT));
        if (!open) {
            assertThat(forbidsNull()).isTrue();
        }
        write(sink, rows(0x200, false, STRICT));
        assertThat(forbidsNull()).isTrue();
        write(sink, insert(0x300, LOOSE, "4", null));

        assertThat(forbidsNull()).isFalse();
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("4");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void notNullIsLeftAsLongAsRowsHaveNull(boolean open) throws Exception {
        target.withPolicy(SchemaPolicy.FOLLOW);
        TransactionalSink sink = target.started(LOOSE);
        write(sink, insert(0x100, LOOSE, "1", null));

        write(sink, rows(0x200, open, STRICT));
        write(sink, rows(0x200, false, STRICT));
        assertThat(forbidsNull()).isFalse();
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("3");

        write(sink, insert(0x300, table().notNull().column("w", "text").build(), "5", "v", "w"));
        assertThat(forbidsNull()).isFalse();
        database.execute("UPDATE t SET v = '' WHERE v IS NULL");
        write(reopened(), insert(0x400, STRICT, "6", "new"));
        assertThat(forbidsNull()).isTrue();
    }

    @Test
    void aNullThatWasWrittenBeforeItWasForbiddenIsTaken() throws Exception {
        target.withPolicy(SchemaPolicy.FOLLOW);
        TransactionalSink sink = target.started(LOOSE);
        write(sink, insert(0x100, STRICT, "1", "the catalog is ahead of the rows"));
        assertThat(forbidsNull()).isTrue();

        SyncException first =
                catchThrowableOfType(SyncException.class, () -> write(sink, insert(0x200, STRICT, "2", null)));
        assertThat(first.kind()).isEqualTo(ErrorKind.SINK_UNAVAILABLE);
        write(reopened(), insert(0x200, STRICT, "2", null));

        assertThat(forbidsNull()).isFalse();
    }

    @Test
    void whereOnlyWhatLosesNothingIsFollowedNullStaysAllowedAndDefaultsAreTheTargetsOwn() throws Exception {
        TransactionalSink sink = target.started(LOOSE);
        write(sink, insert(0x100, LOOSE, "1", "old"));

        write(sink, insert(0x200, table().notNull().byDefault("'x'::text").build(), "2", "new"));

        assertThat(forbidsNull()).isFalse();
        assertThat(byDefault("v")).isNull();
    }

    @Test
    void aColumnThatIsNullableOnPurposeStaysSo() throws Exception {
        target.withPolicy(SchemaPolicy.FOLLOW);
        database.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
        TransactionalSink sink = target.started(STRICT);
        write(sink, insert(0x100, STRICT, "1", "a"));
        write(reopened(), insert(0x200, STRICT, "2", "b"));

        assertThat(forbidsNull()).isFalse();
    }

    @Test
    void defaultsAreTakenOverWhenTheyChange() throws Exception {
        target.withPolicy(SchemaPolicy.FOLLOW);
        TransactionalSink sink = target.started(LOOSE);
        write(sink, insert(0x100, LOOSE, "1", "a"));
        write(sink, insert(0x200, table().byDefault("upper('x'::text)").build(), "2", "b"));
        assertThat(byDefault("v")).isEqualTo("upper('x'::text)");

        write(sink, insert(0x300, LOOSE, "3", "c"));
        assertThat(byDefault("v")).isNull();
    }

    @Test
    void anAddedColumnHasTheDefaultAndTheNotNullOfTheSource() throws Exception {
        target.withPolicy(SchemaPolicy.FOLLOW);
        TransactionalSink sink = target.started(LOOSE);
        write(sink, insert(0x100, LOOSE, "1", "a"));
        Relation added = table().column("seen", "timestamptz")
                .notNull()
                .earlier(Earlier.of("2026-01-02 03:04:05+00"))
                .byDefault("now()")
                .build();

        write(sink, insert(0x200, added, "2", "b", "2026-02-02 00:00:00+00"));

        assertThat(byDefault("seen")).isEqualTo("now()");
        assertThat(database.value("SELECT seen = '2026-01-02 03:04:05+00' FROM t WHERE id = 1"))
                .isEqualTo("t");
        assertThat(database.value(
                        "SELECT attnotnull FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'seen'"))
                .isEqualTo("t");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDefaultThatTheTargetLacksAFunctionForIsLeft(boolean open) throws Exception {
        target.withPolicy(SchemaPolicy.FOLLOW);
        TransactionalSink sink = target.started(LOOSE);
        write(sink, insert(0x100, LOOSE, "1", "a"));
        Relation other = table().byDefault("public.made_up()").build();

        write(sink, rows(0x200, open, other));
        write(sink, rows(0x200, false, other));

        assertThat(byDefault("v")).isNull();
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("3");
    }

    private boolean forbidsNull() throws SQLException {
        return "t"
                .equals(database.value(
                        "SELECT attnotnull FROM pg_attribute WHERE attrelid = 't'::regclass AND attname = 'v'"));
    }

    private @Nullable String byDefault(String column) throws SQLException {
        return database.value("SELECT max(pg_get_expr(adbin, adrelid)) FROM pg_attrdef JOIN pg_attribute a"
                + " ON attrelid = adrelid AND attnum = adnum WHERE adrelid = 't'::regclass AND attname = '" + column
                + "'");
    }

    private TransactionalSink reopened() {
        TransactionalSink sink = target.newSink();
        TargetFixture.get(sink.open(TargetFixture.SOURCE));
        return sink;
    }

    /** Rows 2 and 3 in one transaction; of one that is open yet only the first. */
    private static ChangeBatch rows(long lsn, boolean open, Relation relation) {
        var transaction = Batches.batch().begin(lsn, lsn).insert(relation, "2", "new");
        return open
                ? transaction.build()
                : transaction.insert(relation, "3", "new").commit(lsn + 0x10).build();
    }

    private static ChangeBatch insert(long lsn, Relation relation, @Nullable String... values) {
        return Batches.batch()
                .begin(lsn, lsn)
                .insert(relation, values)
                .commit(lsn + 0x10)
                .build();
    }
}
