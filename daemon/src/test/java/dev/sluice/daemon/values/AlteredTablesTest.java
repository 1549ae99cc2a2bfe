package dev.sluice.daemon.values;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.daemon.cli.InProcess;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
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
            "ALTER TABLE $ ALTER COLUMN number TYPE bigint");

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
        Path file = directory.resolve("sluice.yaml");
        Files.writeString(file, """
                state: ./state
                pipelines:
                  altered:
                    source: { type: postgres, url: "%s", slot: %s, publication: %s, tables: ["ordinary", "divided"] }
                    sinks:
                      replica: { type: postgres, url: "%s" }
                """.formatted(source.url(), source.name(), source.name(), target.url()));
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

        assertThat(sluice.log()).contains("as in the source: ALTER TABLE");
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
