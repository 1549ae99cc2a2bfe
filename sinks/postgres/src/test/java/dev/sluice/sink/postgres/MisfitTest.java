package dev.sluice.sink.postgres;

import static dev.sluice.sink.postgres.TargetFixture.START;
import static dev.sluice.sink.postgres.TargetFixture.await;
import static dev.sluice.sink.postgres.TargetFixture.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What does not fit is told before anything is copied, all at once, with the statement that mends it. */
@SharedVertx
@PostgresTest
class MisfitTest {
    private TargetFixture target;
    private TestDatabase database;

    @BeforeEach
    void target(TestDatabase given, Vertx vertx) {
        database = given;
        target = new TargetFixture(given, vertx);
    }

    @AfterEach
    void closeSinks() {
        target.close();
    }

    @Test
    void allMisfitsAreToldAtOnceAndNothingIsTouched() throws Exception {
        Relation lacks = Batches.relation("public", "lacks")
                .key("id", "int4")
                .column("gone", "text")
                .build();
        Relation narrow = Batches.relation("public", "narrow")
                .key("id", "int8")
                .column("at", "timestamptz")
                .build();
        Relation extra = Batches.relation("public", "extra").key("id", "int4").build();
        Relation unkeyed =
                Batches.relation("public", "unkeyed").key("id", "int4").build();
        Relation filled = Batches.relation("public", "filled").key("id", "int4").build();
        Relation view = Batches.relation("public", "a_view").key("id", "int4").build();
        Relation missing =
                Batches.relation("public", "missing").key("id", "int4").build();
        database.execute(
                "CREATE TABLE lacks (id int PRIMARY KEY)",
                "CREATE TABLE narrow (id int PRIMARY KEY, at timestamptz(0))",
                "CREATE TABLE extra (id int PRIMARY KEY, must text NOT NULL, may text NOT NULL DEFAULT '')",
                "CREATE TABLE unkeyed (id int)",
                "CREATE UNIQUE INDEX ON unkeyed (id) WHERE id > 0",
                "CREATE TABLE filled (id int PRIMARY KEY)",
                "INSERT INTO filled VALUES (1)",
                "CREATE VIEW a_view AS SELECT 1 AS id");
        List<Problem> problems = problems(
                new PostgresSinkConfig(database.url(), null, false, 1),
                lacks,
                narrow,
                extra,
                unkeyed,
                filled,
                view,
                missing);
        assertThat(problems).extracting(Problem::kind).containsOnly(ErrorKind.SINK_MISFIT);
        assertThat(problems).hasSize(8);
        assertThat(problems)
                .extracting(Problem::toString)
                .satisfiesExactlyInAnyOrder(
                        p -> assertThat(p).contains("public.lacks", "gone", "ADD COLUMN \"gone\" text"),
                        p -> assertThat(p).contains("public.narrow", "id", "integer", "int8", "TYPE int8"),
                        p -> assertThat(p)
                                .contains("public.narrow", "at", "timestamp(0) with time zone", "timestamptz"),
                        p -> assertThat(p).contains("public.extra", "must", "DROP NOT NULL"),
                        p -> assertThat(p).contains("public.unkeyed", "unique index", "CREATE UNIQUE INDEX"),
                        p -> assertThat(p).contains("public.filled", "TRUNCATE \"public\".\"filled\""),
                        p -> assertThat(p).contains("public.a_view", "is not a table"),
                        p -> assertThat(p).contains("public.missing", "CREATE TABLE \"public\".\"missing\""));
        assertThat(database.value("SELECT count(*) FROM filled")).isEqualTo("1");

        for (Problem problem : problems) {
            if (problem.remedy().contains(";") && !problem.what().contains("narrow")) {
                database.execute(problem.remedy().replaceAll("; or .*", ";"));
            }
        }
        database.execute("ALTER TABLE narrow ALTER id TYPE int8, ALTER at TYPE timestamptz", "DROP VIEW a_view");
        TransactionalSink sink = target.newSink();
        get(sink.open(TargetFixture.SOURCE));
        await(sink.prepareCopy(List.of(lacks, narrow, extra, unkeyed, filled, view, missing), START));
    }

    @Test
    void widerTypesFitAndNarrowerOnesDoNot() throws Exception {
        database.execute("""
                CREATE TABLE t (id int8 PRIMARY KEY, v20 varchar(20), v5 varchar(5), txt text, n numeric(12,3), cut numeric(10,1),
                  short numeric(9,2), big numeric, c char(4), bits bit(3), ts3 timestamp(3), ts6 timestamp(6), an numeric(10,1)[])
                """);
        int numeric102 = (10 << 16 | 2) + 4;
        List<Column> columns = new ArrayList<>();
        columns.add(column("id", "int4", -1, true, columns.size()));
        columns.add(column("v20", "varchar", 14, false, columns.size()));
        columns.add(column("v5", "varchar", 14, false, columns.size()));
        columns.add(column("txt", "varchar", 14, false, columns.size()));
        columns.add(column("n", "numeric", numeric102, false, columns.size()));
        columns.add(column("cut", "numeric", numeric102, false, columns.size()));
        columns.add(column("short", "numeric", numeric102, false, columns.size()));
        columns.add(column("big", "int8", -1, false, columns.size()));
        columns.add(column("c", "bpchar", 7, false, columns.size()));
        columns.add(column("bits", "bit", 4, false, columns.size()));
        columns.add(column("ts3", "timestamp", -1, false, columns.size()));
        columns.add(column("ts6", "timestamp", -1, false, columns.size()));
        columns.add(new Column(
                "an",
                new DataType.Array(
                        1231, "pg_catalog", "_numeric", new DataType.Base(1700, "pg_catalog", "numeric"), ','),
                numeric102,
                "numeric(10,2)[]",
                false,
                false,
                columns.size()));
        Relation relation = new Relation(1, "public", "t", ReplicaIdentity.DEFAULT, columns);
        List<Problem> problems = problems(new PostgresSinkConfig(database.url(), null, true, 1), relation);
        assertThat(problems)
                .extracting(problem -> problem.what().replaceAll(".* has column (\\w+) of.*", "$1"))
                .containsExactlyInAnyOrder("v5", "cut", "short", "bits", "ts3", "an");
    }

    @Test
    void aKeyThatTheTargetComputesDoesNotFit() throws Exception {
        database.execute("CREATE TABLE t (a int, id int GENERATED ALWAYS AS (a / 10) STORED, PRIMARY KEY (a, id))");
        Relation relation = Batches.relation("public", "t")
                .key("a", "int4")
                .key("id", "int4")
                .build();
        assertThat(problems(new PostgresSinkConfig(database.url(), null, true, 1), relation))
                .extracting(Problem::toString)
                .satisfiesExactly(p -> assertThat(p).contains("computes column id of the key", "DROP EXPRESSION"));
    }

    @Test
    void aTypeThatNoColumnOfTheTargetHasIsNotAskedFor() throws Exception {
        database.execute("CREATE TYPE mood AS ENUM ('a')", "CREATE TABLE t (id int PRIMARY KEY, m text, e varchar)");
        DataType mood = new DataType.Enumeration(1, "public", "mood", List.of("a", "b"));
        DataType elsewhere = new DataType.Enumeration(2, "public", "elsewhere", List.of("a", "b"));
        Relation relation = Batches.relation("public", "t")
                .key("id", "int4")
                .column("m", mood)
                .column("e", elsewhere)
                .build();
        TransactionalSink sink = target.newSink(new PostgresSinkConfig(database.url(), null, false, 1));
        get(sink.open(TargetFixture.SOURCE));
        await(sink.prepareCopy(List.of(relation), START));
        assertThat(database.value("SELECT to_regtype('elsewhere')")).isNull();
    }

    @Test
    void enumerationsMustHaveAllLabelsAndUnknownTypesAreNamed() throws Exception {
        database.execute("CREATE TYPE mood AS ENUM ('a')");
        DataType mood = new DataType.Enumeration(1, "public", "mood", List.of("a", "b"));
        Relation relation = Batches.relation("public", "t")
                .key("id", "int4")
                .column("m", mood)
                .column("g", new DataType.Base(2, "public", "geometry"))
                .build();
        assertThat(problems(new PostgresSinkConfig(database.url(), null, true, 1), relation))
                .extracting(Problem::toString)
                .satisfiesExactlyInAnyOrder(
                        p -> assertThat(p).contains("public.mood", "ADD VALUE 'b'"),
                        p -> assertThat(p).contains("public.geometry", "extension"));
    }

    @Test
    void missingRightsAreNamedWithTheirGrants() throws Exception {
        String role = database.name() + "_user";
        database.execute(
                "CREATE TABLE t (id int PRIMARY KEY)",
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC", // as it is since 15
                "CREATE ROLE " + role + " LOGIN",
                "GRANT SELECT, INSERT ON t TO " + role);
        try {
            TransactionalSink sink = target.newSink(database.server().url(role, database.name()));
            SyncException refused =
                    catchThrowableOfType(SyncException.class, () -> get(sink.open(TargetFixture.SOURCE)));
            assertThat(refused.kind()).isEqualTo(ErrorKind.SINK_REFUSED);
            assertThat(refused).hasMessageContaining("CREATE SCHEMA sluice AUTHORIZATION \"" + role + "\"");

            database.execute("CREATE SCHEMA sluice AUTHORIZATION " + role);
            get(sink.open(TargetFixture.SOURCE));
            Relation relation =
                    Batches.relation("public", "t").key("id", "int4").build();
            SyncException error =
                    catchThrowableOfType(SyncException.class, () -> await(sink.prepareCopy(List.of(relation), START)));
            assertThat(error.kind()).isEqualTo(ErrorKind.SINK_REFUSED);
            assertThat(error).hasMessageContaining("GRANT UPDATE, DELETE, TRUNCATE ON \"public\".\"t\" TO \"" + role);

            Relation missing =
                    Batches.relation("public", "missing").key("id", "int4").build();
            SyncException uncreated =
                    catchThrowableOfType(SyncException.class, () -> await(sink.prepareCopy(List.of(missing), START)));
            assertThat(uncreated.kind()).isEqualTo(ErrorKind.SINK_REFUSED);
            assertThat(uncreated)
                    .hasMessageContainingAll(
                            "create table public.missing", "GRANT CREATE ON SCHEMA \"public\" TO \"" + role + "\"");
            await(sink.close());
        } finally {
            database.execute("DROP OWNED BY " + role + " CASCADE", "DROP ROLE " + role);
        }
    }

    @Test
    void aServerThatIsNotThereIsRetriedAndWrongCredentialsAreNot() {
        TransactionalSink nobody = target.newSink("postgresql://postgres@127.0.0.1:1/x");
        assertThat(catchThrowableOfType(SyncException.class, () -> get(nobody.open(TargetFixture.SOURCE)))
                        .kind())
                .isEqualTo(ErrorKind.SINK_UNAVAILABLE);
        TransactionalSink wrong = target.newSink(database.server().url("postgres", "no_such_database"));
        SyncException error = catchThrowableOfType(SyncException.class, () -> get(wrong.open(TargetFixture.SOURCE)));
        assertThat(error.kind()).isEqualTo(ErrorKind.SINK_REFUSED);
        assertThat(error).hasMessageContaining("no_such_database");
    }

    private List<Problem> problems(PostgresSinkConfig config, Relation... tables) {
        TransactionalSink sink = target.newSink(config);
        get(sink.open(TargetFixture.SOURCE));
        SyncException error =
                catchThrowableOfType(SyncException.class, () -> await(sink.prepareCopy(List.of(tables), START)));
        return error.problems();
    }

    private static Column column(String name, String type, int modifier, boolean key, int index) {
        return new Column(name, new DataType.Base(1, "pg_catalog", type), modifier, type, key, key, index);
    }
}
