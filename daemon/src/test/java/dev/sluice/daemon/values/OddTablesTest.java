package dev.sluice.daemon.values;

import dev.sluice.daemon.cli.InProcess;
import dev.sluice.postgres.Identifiers;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables as nobody would make them, through the first copy and the stream into PostgreSQL, compared by verify. */
@PostgresTest
class OddTablesTest {
    /** PostgreSQL's {@code MaxHeapAttributeNumber}. */
    private static final int MOST_COLUMNS = 1600;

    private final InProcess sluice = new InProcess();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void namesWithQuotesBlanksReservedWordsAndManyBytesArrive(TestDatabase source) throws Exception {
        String longest = "ü".repeat(31) + "x";
        List<String> names = List.of(
                "has \"quotes\"",
                "has blanks ",
                "Upper",
                "select",
                "user",
                "ctid ",
                "a.b",
                "$1",
                "?",
                "it's",
                "\\",
                "é😀",
                longest,
                "%s",
                ":x",
                "{}");
        String columns =
                names.stream().map(name -> Identifiers.quote(name) + " text").collect(Collectors.joining(", "));
        String values = names.stream().map(Identifiers::literal).collect(Collectors.joining(", "));
        source.execute("CREATE SCHEMA \"My \"\"schema\"\"\"");
        for (String table : names) {
            String quoted = Identifiers.qualified("My \"schema\"", table);
            source.execute(
                    "CREATE TABLE " + quoted + " (" + columns + ", PRIMARY KEY (\"has \"\"quotes\"\"\", \"select\"))",
                    "INSERT INTO " + quoted + " VALUES (" + values + ")");
        }
        Path file = configuration(source, "*.*");

        sluice.catchUp(file);
        for (String table : names) {
            String quoted = Identifiers.qualified("My \"schema\"", table);
            source.execute(
                    "INSERT INTO " + quoted
                            + " (\"has \"\"quotes\"\"\", \"select\", \"?\") VALUES ('a', 'b', '?'), ('c', 'd', '')",
                    "UPDATE " + quoted + " SET \"Upper\" = 'changed', \"select\" = 'moved' WHERE \"select\" = 'b'",
                    "DELETE FROM " + quoted + " WHERE \"select\" = 'd'");
        }
        sluice.catchUp(file);

        sluice.verify(file, names.size() + " tables, " + 2 * names.size() + " rows");
    }

    @Test
    void aTableMayHaveAsManyColumnsAsPostgresqlAllows(TestDatabase source) throws Exception {
        String columns =
                IntStream.range(1, MOST_COLUMNS).mapToObj(i -> "c" + i + " int").collect(Collectors.joining(", "));
        String values =
                IntStream.range(1, MOST_COLUMNS).mapToObj(Integer::toString).collect(Collectors.joining(", "));
        source.execute(
                "CREATE TABLE wide (id int PRIMARY KEY, " + columns + ")",
                "INSERT INTO wide VALUES (1, " + values + ")",
                "INSERT INTO wide VALUES (2)");
        Path file = configuration(source, "public.*");

        sluice.catchUp(file);
        source.execute(
                "INSERT INTO wide VALUES (3, " + values + ")", "UPDATE wide SET c1599 = -1, c800 = NULL WHERE id = 1");
        sluice.catchUp(file);

        sluice.verify(file, "1 table, 3 rows");
    }

    @Test
    void tablesThatAreEmptyOrOnlyAKeyOrHaveNoKeyArrive(TestDatabase source) throws Exception {
        source.execute(
                "CREATE TABLE empty (id int PRIMARY KEY, v text)",
                "CREATE TABLE only_key (id int PRIMARY KEY)",
                "CREATE TABLE only_long_key (a int, b text, PRIMARY KEY (b, a))",
                "CREATE TABLE no_key (id int, v text)",
                "CREATE TABLE full_identity (id int, v text)",
                "ALTER TABLE full_identity REPLICA IDENTITY FULL",
                "CREATE TABLE by_index (id int NOT NULL, v text)",
                "CREATE UNIQUE INDEX by_index_id ON by_index (id)",
                "ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_id",
                "CREATE TABLE no_identity (id int PRIMARY KEY, v text)",
                "ALTER TABLE no_identity REPLICA IDENTITY NOTHING");
        fill(source, 1);
        Path file = configuration(source, "public.*");

        sluice.catchUp(file);
        fill(source, 4);
        source.execute(
                "UPDATE only_key SET id = id + 100 WHERE id = 1",
                "DELETE FROM only_key WHERE id = 2",
                "UPDATE only_long_key SET b = 'changed' WHERE a = 1",
                "DELETE FROM only_long_key WHERE a = 5",
                "UPDATE full_identity SET v = NULL WHERE id IN (1, 4)",
                "UPDATE full_identity SET v = 'back' WHERE v IS NULL AND id = 1",
                "DELETE FROM full_identity WHERE id IN (2, 5)",
                "UPDATE by_index SET id = id + 100, v = 'moved' WHERE id = 1",
                "DELETE FROM by_index WHERE id = 5");
        sluice.catchUp(file);

        sluice.verify(file, "7 tables, 31 rows");
    }

    @Test
    void rowsOfAHundredMegabytesArrive(TestDatabase source) throws Exception {
        source.execute(
                "CREATE TABLE huge (id int PRIMARY KEY, v text, b bytea, n int)",
                "INSERT INTO huge VALUES (1, repeat(E'copied\\t', 15000000), NULL, 0)");
        Path file = configuration(source, "public.*");

        sluice.catchUp(file);
        source.execute(
                "INSERT INTO huge VALUES (2, repeat(E'stream\\n', 15000000), NULL, 0),"
                        + " (3, '', decode(repeat('00ff5c', 17000000), 'hex'), 0)",
                "UPDATE huge SET n = 1",
                "UPDATE huge SET v = v || 'changed' WHERE id = 1");
        sluice.catchUp(file);

        sluice.verify(file, "1 table, 3 rows");
    }

    private static void fill(TestDatabase source, int from) throws Exception {
        for (String table : List.of("no_key", "full_identity", "by_index", "no_identity")) {
            source.execute("INSERT INTO " + table + " SELECT i, 'value ' || i FROM generate_series(" + from + ", "
                    + (from + 2) + ") i");
        }
        source.execute(
                "INSERT INTO only_key SELECT i FROM generate_series(" + from + ", " + (from + 2) + ") i",
                "INSERT INTO only_long_key SELECT i, 'key' FROM generate_series(" + from + ", " + (from + 2) + ") i");
    }

    private Path configuration(TestDatabase source, String tables) throws Exception {
        TestDatabase target = source.another("target");
        Path file = directory.resolve("sluice.yaml");
        Files.writeString(file, """
                state: ./state
                pipelines:
                  odd:
                    source: { type: postgres, url: "%s", slot: %s, publication: %s, tables: ["%s"], withoutKey: inserts }
                    sinks:
                      replica: { type: postgres, url: "%s" }
                """.formatted(source.url(), source.name(), source.name(), tables, target.url()));
        return file;
    }
}
