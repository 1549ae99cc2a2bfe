package dev.sluice.sink.postgres;

import static dev.sluice.sink.postgres.TargetFixture.get;
import static dev.sluice.sink.postgres.TargetFixture.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.PostgresEndpoint;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.testkit.change.Batches;
import dev.sluice.testkit.change.CopyBatch;
import dev.sluice.testkit.change.TransactionBatch;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import io.vertx.core.Vertx;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;

/** Values of many types arrive unchanged: by COPY, by upserts, and by updates and deletes that find them again. */
@SharedVertx
@PostgresTest
class TypesTest {
    private static final String SOURCE_TABLES = """
            CREATE SCHEMA shop;
            CREATE SCHEMA types;
            CREATE EXTENSION citext SCHEMA types;
            CREATE TYPE types.mood AS ENUM ('sad', 'o''k', 'very "happy"');
            CREATE DOMAIN types.code AS varchar(5) NOT NULL CHECK (VALUE <> 'xxxxx');
            CREATE DOMAIN types.inner_code AS types.code CHECK (length(VALUE) > 0);
            CREATE TYPE types.pair AS (left_part int, right_part varchar(3));
            CREATE TABLE shop.everything (
              id types.code PRIMARY KEY, i2 int2, i8 int8, n numeric, n102 numeric(10,2), f4 float4, f8 float8, b bool,
              t text, v varchar(7), c char(4), ch "char", ba bytea, d date, ts timestamp(3), tz timestamptz, tm time, ttz timetz, iv interval,
              j json, jb jsonb, u uuid, ip inet, bits bit(3), vb varbit, x xml, pt point, bx box, r int4range, m types.mood,
              dom types.inner_code, cp types.pair, ci types.citext, mn money, tsv tsvector,
              ai int4[], at text[], an numeric(10,2)[], am types.mood[], ac types.pair[], ab box[], av varchar(3)[]);
            """;

    private static final String ROWS = """
            INSERT INTO shop.everything VALUES
            ('a', 1, -9223372036854775808, 'NaN', 12345678.90, 1.1, '-Infinity', true, E'tab\\t nl\\n cr\\r bs\\\\ \\\\N "q" ''s'' é 😀',
              'seven 7', 'ab', 'z', '\\x00ff10', '2024-02-29', 'infinity', '1999-12-31 23:59:59.123456+05', '24:00', '12:00+02',
              '-1 year 2 mons -3 days 04:05:06.789', '{"a":  [1, null]}', '{"z": 1e400, "a": "\\u00e9"}',
              'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '::1/64', B'101', B'10', '<a>x</a><b/>', '(1,2)', '((1,2),(0,0))', '[1,10)', 'o''k',
              'abc', '(1,"a""b")', 'MiXed', '12.34', 'fat:2 cat:3',
              '{1,NULL,3}', '{"a,b",NULL,"NULL","","\\"","\\\\"}', '{1.5,NULL}', '{sad,"very \\"happy\\""}', '{"(1,x)",NULL}',
              '{(2,2),(1,1);(4,4),(3,3)}', '{abc,d}'),
            ('b', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
              NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 'd', NULL, NULL, NULL, NULL,
              NULL, NULL, NULL, NULL, NULL, NULL, NULL),
            ('c', 0, 0, 1.10, -0.01, 'NaN', 0.1, false, '', '', '', '', '', '4713-01-01 BC', '-infinity', '0001-01-01 00:00:00+00', '00:00',
              '00:00-12', '0', '[]', '[]', '00000000-0000-0000-0000-000000000000', '10.0.0.1', B'000', '', '', '(0,0)', '((0,0),(0,0))',
              'empty', 'sad', 'q', '(,)', '', '-1', '', '{}', '{}', '{}', '{}', '{}', '{}', '[3:4]={x,y}'::varchar(3)[])
            """;

    private TargetFixture target;
    private TestDatabase source;

    @BeforeEach
    void databases(TestDatabase database, Vertx vertx) throws SQLException {
        source = database;
        source.execute(SOURCE_TABLES, ROWS);
        target = new TargetFixture(database.another("target"), vertx);
        target.database().execute("CREATE SCHEMA types", "CREATE EXTENSION citext SCHEMA types");
    }

    @AfterEach
    void closeSinks() {
        target.close();
    }

    @Test
    void valuesOfAllTypesAreCopiedStreamedUpdatedAndDeletedUnchanged() throws Exception {
        Relation relation = relation(source, "everything");
        List<List<@Nullable String>> rows = text(source, relation);
        TransactionalSink sink = target.newSink();
        get(sink.open(TargetFixture.SOURCE));
        TargetFixture.await(sink.prepareCopy(List.of(relation), TargetFixture.START));
        CopyBatch copy = Batches.copy(relation, TargetFixture.START);
        rows.forEach(row -> copy.row(row.toArray(new String[0])));
        assertThat(get(sink.copy(relation, TargetFixture.START, Flux.just(copy.build()))))
                .isEqualTo(3);
        get(sink.completeCopy(TargetFixture.START));
        assertThat(text(target.database(), relation)).as("copied").isEqualTo(rows);

        TransactionBatch changes = Batches.batch().begin(1, 0x100).truncate(relation);
        rows.forEach(row -> changes.insert(relation, row.toArray(new String[0])));
        write(sink, changes.commit(0x180).build());
        assertThat(text(target.database(), relation)).as("upserted").isEqualTo(rows);

        // Every value moves to another row and back, the keys left alone; some values are absent in between.
        changes.begin(2, 0x200);
        changes.update(relation, withKey(rows.get(1), rows.get(0)));
        changes.update(relation, absentBut(rows.get(2), 3));
        changes.commit(0x280).begin(3, 0x300);
        write(sink, changes.commit(0x380).build());
        write(sink, update(changes, relation, rows.get(0)));
        assertThat(text(target.database(), relation)).as("updated").isEqualTo(rows);

        write(
                sink,
                changes.begin(5, 0x500)
                        .delete(relation, keyOnly(rows.get(0)))
                        .commit(0x580)
                        .build());
        assertThat(text(target.database(), relation)).as("deleted").isEqualTo(rows.subList(1, 3));
    }

    @Test
    void rowsWithoutAKeyAreFoundByTheirValuesWhateverTheirTypes() throws Exception {
        source.execute(
                "ALTER TABLE shop.everything DROP CONSTRAINT everything_pkey",
                "ALTER TABLE shop.everything REPLICA IDENTITY FULL");
        Relation relation = relation(source, "everything");
        List<List<@Nullable String>> rows = text(source, relation);
        TransactionalSink sink = target.started(relation);
        TransactionBatch changes = Batches.batch().begin(1, 0x100);
        for (int i = 0; i < 2; i++) {
            rows.forEach(row -> changes.insert(relation, row.toArray(new String[0])));
        }
        write(sink, changes.commit(0x180).build());
        changes.begin(2, 0x200);
        rows.forEach(row -> changes.deleteFull(relation, row.toArray(new String[0])));
        write(sink, changes.commit(0x280).build());
        assertThat(text(target.database(), relation)).isEqualTo(rows);
    }

    @Test
    void rowsWithoutAKeyAreFoundInColumnsThatPrintThemDifferently() throws Exception {
        source.execute("""
                CREATE TABLE shop.narrow (n numeric(10,2), an numeric(10,2)[], c char(2), ac char(2)[], ct char(2), v varchar(3),
                  t timestamp(3), i int, f float4);
                ALTER TABLE shop.narrow REPLICA IDENTITY FULL;
                INSERT INTO shop.narrow VALUES
                  (1.50, '{1.50,NULL}', 'a', '{a,bc}', 'a', 'a ', '2024-01-01 00:00:00.12', 1, 1.1), (NULL, NULL, NULL, NULL,
                  NULL, NULL, NULL, NULL, NULL), (7, '{}', '', '{}', '', '', 'infinity', -1, 'NaN')
                """);
        target.database().execute("CREATE SCHEMA shop", "CREATE DOMAIN shop.amount AS numeric(12,4)", """
                CREATE TABLE shop.narrow (n shop.amount, an numeric(12,4)[], c char(4), ac char(4)[], ct text, v varchar(5),
                  t timestamp(6), i numeric, f float8)
                """);
        Relation relation = relation(source, "narrow");
        List<List<@Nullable String>> rows = text(source, relation);
        TransactionalSink sink = target.started(relation);
        TransactionBatch changes = Batches.batch().begin(1, 0x100);
        rows.forEach(row -> changes.insert(relation, row.toArray(new String[0])));
        write(sink, changes.commit(0x180).build());
        assertThat(target.database().value("SELECT n || ' ' || an::text FROM shop.narrow WHERE i = 1"))
                .isEqualTo("1.5000 {1.5000,NULL}");
        changes.begin(2, 0x200);
        rows.forEach(row -> changes.deleteFull(relation, row.toArray(new String[0])));
        write(sink, changes.commit(0x280).build());
        assertThat(text(target.database(), relation)).isEmpty();
    }

    @Test
    void keysOfTypesWithTheirOwnEqualityAreFoundThroughTheirIndex() throws Exception {
        source.execute("CREATE TABLE shop.names (name types.citext, code char(3), PRIMARY KEY (name, code))");
        Relation relation = relation(source, "names");
        TransactionalSink sink = target.started(relation);
        write(
                sink,
                Batches.batch()
                        .begin(1, 0x100)
                        .insert(relation, "Anna", "a  ")
                        .insert(relation, "Bert", "b  ")
                        .commit(0x180)
                        .begin(2, 0x200)
                        .updateKey(relation, Batches.tuple("Anna", "a  "), Batches.tuple("ANNA", "a  "))
                        .delete(relation, "Bert", "b  ")
                        .commit(0x280)
                        .build());
        assertThat(target.database().rows("SELECT name, code FROM shop.names")).containsExactly(List.of("ANNA", "a  "));
    }

    private static ChangeBatch update(TransactionBatch changes, Relation relation, List<@Nullable String> row) {
        return changes.begin(4, 0x400)
                .update(relation, row.toArray(new String[0]))
                .commit(0x480)
                .build();
    }

    private static @Nullable String[] withKey(List<@Nullable String> values, List<@Nullable String> key) {
        @Nullable String[] row = values.toArray(new String[0]);
        row[0] = key.get(0);
        return row;
    }

    private static @Nullable String[] absentBut(List<@Nullable String> values, int step) {
        @Nullable String[] row = values.toArray(new String[0]);
        for (int i = 1; i < row.length; i++) {
            if (i % step != 0) {
                row[i] = Batches.ABSENT;
            }
        }
        return row;
    }

    private static @Nullable String[] keyOnly(List<@Nullable String> values) {
        @Nullable String[] row = new String[values.size()];
        row[0] = values.get(0);
        return row;
    }

    private static Relation relation(TestDatabase database, String table) throws SQLException {
        PostgresEndpoint endpoint = PostgresEndpoint.parse(database.url(), null);
        try (var connection = new Connections(endpoint, "test").open()) {
            return new TableCatalogue(connection)
                    .find("shop", table)
                    .orElseThrow()
                    .relation();
        }
    }

    /** As the source would send it: in a session with the settings of ours. */
    private static List<List<@Nullable String>> text(TestDatabase database, Relation relation) throws SQLException {
        PostgresEndpoint endpoint = PostgresEndpoint.parse(database.url(), null);
        String texts = relation.columns().stream()
                .map(column -> Identifiers.quote(column.name()) + "::text")
                .collect(Collectors.joining(", "));
        try (var connection = new Connections(endpoint, "test").open();
                var statement = connection.createStatement();
                var result =
                        statement.executeQuery("SELECT " + texts + " FROM shop." + relation.name() + " ORDER BY 1")) {
            List<List<@Nullable String>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable String> row = new ArrayList<>();
                for (int i = 1; i <= relation.columns().size(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(row);
            }
            return rows;
        }
    }
}
