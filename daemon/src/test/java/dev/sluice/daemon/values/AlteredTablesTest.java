package dev.sluice.daemon.values;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.daemon.cli.InProcess;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of the source that are altered while they are followed, compared by verify after each alteration. */
@PostgresTest
class AlteredTablesTest {
    /** Each in a transaction of its own, with changes before and after the alteration. */
    private static final List<String> ALTERATIONS = List.of(
            "ALTER TABLE $ ADD COLUMN plain text",
            "ALTER TABLE $ ADD COLUMN constant int DEFAULT 5",
            "ALTER TABLE $ ADD COLUMN strict text NOT NULL DEFAULT 'it''s \"so\" \\n {1,2}'",
            "ALTER TABLE $ ADD COLUMN list int[] DEFAULT '{1,2,NULL}'",
            "ALTER TABLE $ ADD COLUMN document jsonb DEFAULT '{\"a\": [1, \"b\"]}'",
            "ALTER TABLE $ ADD COLUMN moment timestamptz DEFAULT now()",
            "ALTER TABLE $ ADD COLUMN later text; ALTER TABLE $ ALTER COLUMN later SET DEFAULT 'for new rows'",
            "ALTER TABLE $ ADD COLUMN once int DEFAULT 3; ALTER TABLE $ ALTER COLUMN once DROP DEFAULT",
            "ALTER TABLE $ ALTER COLUMN v DROP NOT NULL; UPDATE $ SET v = NULL WHERE id = 3",
            "ALTER TABLE $ ALTER COLUMN v TYPE varchar(200)",
            "ALTER TABLE $ ALTER COLUMN v TYPE text",
            "ALTER TABLE $ DROP COLUMN n",
            "ALTER TABLE $ ALTER COLUMN amount TYPE numeric(12,2)",
            "ALTER TABLE $ ALTER COLUMN number TYPE bigint",
            "CREATE TYPE $_mood AS ENUM ('well', 'so so'); ALTER TABLE $ ADD COLUMN moods $_mood[] DEFAULT '{\"so so\"}'",
            "CREATE DOMAIN $_short AS text CHECK (length(VALUE) < 9); CREATE SCHEMA $_types; CREATE TYPE $_types.pair AS (a"
                    + " int, b $_short); ALTER TABLE $ ADD COLUMN pair $_types.pair DEFAULT '(1,one)'",
            "ALTER TABLE $ RENAME COLUMN pair TO couple",
            "ALTER TABLE $ RENAME COLUMN moods TO aside; ALTER TABLE $ RENAME COLUMN couple TO moods;"
                    + " ALTER TABLE $ RENAME COLUMN aside TO couple");

    private final InProcess sluice = new InProcess();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void rowsOfTablesThatAreAlteredStayInStep(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        String columns =
                "(id int, v varchar(20) NOT NULL, n int NOT NULL, amount numeric(10,2), number int, PRIMARY KEY (id))";
        source.execute(
                "CREATE TABLE ordinary " + columns,
                "CREATE TABLE divided " + columns + " PARTITION BY RANGE (id)",
                "CREATE TABLE divided_low PARTITION OF divided FOR VALUES FROM (0) TO (1000)",
                "CREATE TABLE divided_high PARTITION OF divided FOR VALUES FROM (1000) TO (1000000)");
        fill(source, "n", 1);
        Path file = configuration(source, target, "additive", "ordinary, divided");
        sluice.catchUp(file);

        int id = 100;
        String also = "n";
        for (String alteration : ALTERATIONS) {
            String changed = alteration.contains("DROP COLUMN n") ? "number" : also;
            for (String table : List.of("ordinary", "divided")) {
                source.execute("BEGIN; " + insert(table, also, id) + "; UPDATE " + table + " SET " + also + " = " + id
                        + " WHERE id = 1; " + alteration.replace("$", table) + "; "
                        + insert(table, changed, 2000 + id) + "; UPDATE " + table + " SET v = 'after " + id
                        + "' WHERE id IN (2, " + id + "); DELETE FROM " + table + " WHERE id = " + (id - 1)
                        + "; COMMIT");
            }
            also = changed;
            id += 2;
            sluice.catchUp(file);
            assertThat(sluice.run("verify", "-c", file.toString()))
                    .as(alteration + "\n" + sluice.out() + sluice.err())
                    .isZero();
        }

        assertThat(sluice.log())
                .contains("as in the source: ALTER TABLE")
                .contains("column pair of public.ordinary is called couple now, and keeps its name");
        assertThat(target.value("SELECT bool_and(pair IS NOT NULL AND moods IS NOT NULL) FROM divided"))
                .isEqualTo("t");
    }

    @Test
    void readersOfEventsAreToldOfAnotherShapeAlsoOfOneThatCameDuringAStop(TestDatabase source) throws Exception {
        source.execute("CREATE TABLE orders (id int PRIMARY KEY, v text)", "INSERT INTO orders VALUES (1, 'a')");
        Path file = Files.writeString(directory.resolve("sluice.yaml"), """
                state: ./state
                pipelines:
                  told:
                    source: { type: postgres, url: "%s", slot: %s, publication: %s, tables: ["public.*"] }
                    sinks:
                      lines: { type: file, path: "%s", schemaEvents: true }
                """.formatted(
                        source.url(), source.name(), source.name(), directory.resolve("lines.json")));
        sluice.catchUp(file);
        source.execute("ALTER TABLE orders RENAME COLUMN v TO name", "INSERT INTO orders VALUES (2, 'b')");
        sluice.catchUp(file);
        source.execute("BEGIN; INSERT INTO orders VALUES (3, 'c'); ALTER TABLE orders RENAME TO purchases;"
                + " ALTER TABLE purchases ADD COLUMN n int; INSERT INTO purchases VALUES (4, 'd', 5); COMMIT");
        sluice.catchUp(file);

        List<String> lines = Files.readAllLines(directory.resolve("lines.json"));
        assertThat(lines)
                .extracting(line -> line.replaceAll(".*\"op\":\"(.)\".*", "$1"))
                .containsExactly("r", "s", "c", "c", "s", "c");
        assertThat(lines.get(1))
                .contains("\"before\":{\"schema\":\"public\",\"table\":\"orders\"")
                .contains("{\"name\":\"name\",\"type\":\"text\",\"key\":false}]}}");
        assertThat(lines.get(4)).contains("\"table\":\"purchases\",\"ts_ms\"");
        assertThat(sluice.log())
                .contains("column v renamed to name")
                .contains("renamed from public.orders; column n added");
    }

    /** Each in the middle of a transaction, with a change before and one after it. */
    private static final List<String> FOLLOWED = List.of(
            "ALTER TABLE $ RENAME COLUMN v TO name",
            "ALTER TABLE $ DROP COLUMN n",
            "ALTER TABLE $ RENAME COLUMN name TO v; ALTER TABLE $ ADD COLUMN name text DEFAULT 'none'",
            "ALTER TABLE $ RENAME COLUMN v TO aside; ALTER TABLE $ RENAME COLUMN name TO v;"
                    + " ALTER TABLE $ RENAME COLUMN aside TO name",
            "ALTER TABLE $ ALTER COLUMN number TYPE text",
            "ALTER TABLE $ ALTER COLUMN number TYPE int USING number::int",
            "ALTER TABLE $ DROP COLUMN amount; ALTER TABLE $ ADD COLUMN total numeric DEFAULT 1.5",
            "UPDATE $ SET name = '' WHERE name IS NULL; ALTER TABLE $ ALTER COLUMN name SET DEFAULT 'x' || 'y',"
                    + " ALTER COLUMN name SET NOT NULL",
            "ALTER TABLE $ ALTER COLUMN total SET DEFAULT abs(-2.5)");

    @Test
    void whereEverythingIsFollowedRowsStayInStepWithoutAnybodysHelp(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        source.execute(
                "CREATE TABLE item (id int PRIMARY KEY, v text, n int, amount numeric(10,2), number int)",
                "INSERT INTO item SELECT i, 'row ' || i, i, i, i FROM generate_series(1, 20) i");
        Path file = configuration(source, target, "follow", "*.*");
        sluice.catchUp(file);
        int id = 100;
        for (String alteration : FOLLOWED) {
            String insert = "INSERT INTO item (id, number) VALUES (%d, %d); ";
            source.execute("BEGIN; " + insert.formatted(id, id) + "UPDATE item SET number = 0 WHERE id = 1; "
                    + alteration.replace("$", "item") + "; " + insert.formatted(id + 1, id)
                    + "UPDATE item SET number = 1 WHERE id IN (2, " + id + "); COMMIT");
            id += 2;
            sluice.catchUp(file);
            assertThat(sluice.run("verify", "-c", file.toString()))
                    .as(alteration + "\n" + sluice.out() + sluice.err())
                    .isZero();
        }
        source.execute("ALTER TABLE item RENAME TO article", "INSERT INTO article (id) VALUES (1000)");
        sluice.catchUp(file);
        sluice.verify(file, "1 table, 39 rows");
        assertThat(target.value("SELECT to_regclass('item') IS NULL")).isEqualTo("t");
        String rules =
                "SELECT string_agg(attname || ' ' || attnotnull || ' ' || pg_get_expr(adbin, adrelid), ', ' ORDER BY"
                        + " attname) FROM pg_attribute JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
                        + " WHERE attrelid = 'article'::regclass";
        assertThat(target.value(rules)).contains("name true", "abs").isEqualTo(source.value(rules));
    }

    @Test
    void aLabelThatAnEnumerationGetsFollowsWithTheFirstRowThatHasIt(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        source.execute(
                "CREATE TYPE mood AS ENUM ('sad', 'happy')",
                "CREATE TABLE person (id int PRIMARY KEY, feels mood)",
                "INSERT INTO person VALUES (1, 'sad')");
        Path file = configuration(source, target, "additive", "person");
        sluice.catchUp(file);
        source.execute("ALTER TYPE mood ADD VALUE 'fair' AFTER 'sad'");
        source.execute("INSERT INTO person VALUES (2, 'happy'), (3, 'fair')");
        sluice.catchUp(file);

        sluice.verify(file, "1 table, 3 rows");
        assertThat(target.value("SELECT enum_range(NULL::mood)")).isEqualTo("{sad,fair,happy}");
    }

    @Test
    void rowsWithAValueOfATypeThatWasDroppedSinceArriveAsTheyWereWritten(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        source.execute(
                "CREATE TYPE pair AS (a int, b text)",
                "CREATE TYPE mood AS ENUM ('sad', 'happy')",
                "CREATE TABLE person (id int PRIMARY KEY, p pair, ps pair[], feels mood)",
                "INSERT INTO person VALUES (1, '(1,one)', NULL, 'sad')");
        Path file = configuration(source, target, "additive", "person");
        sluice.catchUp(file);
        source.execute(
                "INSERT INTO person VALUES (2, '(2,two)', '{\"(3,three)\"}', 'happy')",
                "UPDATE person SET p = '(4,\"f o u r\")' WHERE id = 1",
                "DROP TYPE pair CASCADE",
                "DROP TYPE mood CASCADE",
                "INSERT INTO person VALUES (3)");
        sluice.catchUp(file);

        assertThat(target.value("SELECT string_agg(person::text, ' ' ORDER BY id) FROM person"))
                .isEqualTo("(1,\"(4,\"\"f o u r\"\")\",,sad) (2,\"(2,two)\",\"{\"\"(3,three)\"\"}\",happy) (3,,,)");
    }

    private Path configuration(TestDatabase source, TestDatabase target, String schema, String tables)
            throws IOException {
        return Files.writeString(directory.resolve("sluice.yaml"), """
                state: ./state
                pipelines:
                  altered:
                    schema: %s
                    source: { type: postgres, url: "%s", slot: %s, publication: %s, tables: ["%s"] }
                    sinks:
                      replica: { type: postgres, url: "%s" }
                """.formatted(
                schema, source.url(), source.name(), source.name(), tables.replace(", ", "\", \""), target.url()));
    }

    private static void fill(TestDatabase source, String also, int from) throws Exception {
        for (String table : List.of("ordinary", "divided")) {
            for (int id = from; id < from + 5; id++) {
                source.execute(insert(table, also, id), insert(table, also, 1000 + id));
            }
        }
    }

    private static String insert(String table, String also, int id) {
        return "INSERT INTO " + table + " (id, v, " + also + ") VALUES (" + id + ", 'row " + id + "', " + id + ")";
    }
}
