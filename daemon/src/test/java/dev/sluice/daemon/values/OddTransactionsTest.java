package dev.sluice.daemon.values;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.daemon.cli.InProcess;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transactions of every kind, through the stream into PostgreSQL, compared by verify. */
@PostgresTest
class OddTransactionsTest {
    private final InProcess sluice = new InProcess();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void whatWasRolledBackToASavepointDoesNotArriveAndTheRestDoes(TestDatabase source) throws Exception {
        source.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
        Path file = configuration(source.url(), source.name(), source.another("target"));
        sluice.catchUp(file);
        source.execute("""
                BEGIN;
                INSERT INTO t VALUES (1, 'kept');
                SAVEPOINT a;
                INSERT INTO t VALUES (2, 'undone');
                SAVEPOINT b;
                UPDATE t SET v = 'undone' WHERE id = 1;
                ROLLBACK TO a;
                INSERT INTO t VALUES (3, 'kept');
                SAVEPOINT c;
                INSERT INTO t VALUES (4, 'kept');
                RELEASE c;
                COMMIT;
                BEGIN;
                INSERT INTO t VALUES (5, 'undone');
                ROLLBACK;
                """);
        sluice.catchUp(file);

        sluice.verify(file, "1 table, 3 rows");
    }

    @Test
    void aTransactionOfManySubtransactionsArrives(TestDatabase source) throws Exception {
        source.execute("CREATE TABLE t (id int PRIMARY KEY, v text)");
        Path file = configuration(source.url(), source.name(), source.another("target"));
        sluice.catchUp(file);
        source.execute("""
                DO $$ BEGIN
                  FOR i IN 1..100000 LOOP
                    BEGIN
                      INSERT INTO t VALUES (i, 'v');
                      IF i % 3 = 0 THEN RAISE EXCEPTION 'undone'; END IF;
                    EXCEPTION WHEN raise_exception THEN NULL;
                    END;
                  END LOOP;
                END $$
                """);
        sluice.catchUp(file);

        sluice.verify(file, "1 table, 66667 rows");
    }

    @Test
    void aPreparedTransactionArrivesWhenItIsCommitted(TestDatabase target) throws Exception {
        try (PostgresServer server = PostgresServer.start(Map.of("max_prepared_transactions", "10"))) {
            server.execute("postgres", "CREATE TABLE t (id int PRIMARY KEY, v text)");
            Path file = configuration(server.url("postgres", "postgres"), "prepared", target);
            sluice.catchUp(file);
            server.execute(
                    "postgres",
                    "BEGIN; INSERT INTO t VALUES (1, 'committed'); PREPARE TRANSACTION 'one'",
                    "BEGIN; INSERT INTO t VALUES (2, 'undone'); PREPARE TRANSACTION 'two'",
                    "INSERT INTO t VALUES (3, 'meanwhile')");
            sluice.catchUp(file);
            assertThat(target.value("SELECT count(*) FROM t")).isEqualTo("1");

            server.execute("postgres", "COMMIT PREPARED 'one'", "ROLLBACK PREPARED 'two'");
            sluice.catchUp(file);

            sluice.verify(file, "1 table, 2 rows");
        }
    }

    @Test
    void truncatingWithCascadeEmptiesAllThatItEmptiedInTheSource(TestDatabase source) throws Exception {
        source.execute(
                "CREATE TABLE parent (id int PRIMARY KEY)",
                "CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent)",
                "CREATE TABLE grandchild (id int PRIMARY KEY, child int REFERENCES child)",
                "CREATE TABLE other (id int PRIMARY KEY)");
        fill(source);
        Path file = configuration(source.url(), source.name(), source.another("target"));
        sluice.catchUp(file);
        source.execute("BEGIN; INSERT INTO parent VALUES (9); TRUNCATE parent RESTART IDENTITY CASCADE;"
                + " INSERT INTO parent VALUES (7); COMMIT");
        sluice.catchUp(file);

        sluice.verify(file, "4 tables, 3 rows");
    }

    @Test
    void partitionsThatAreAttachedAndDetachedWhileItRunsAreFollowed(TestDatabase source) throws Exception {
        source.execute(
                "CREATE TABLE measurement (id int, day date, v text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
                "CREATE TABLE m2024 PARTITION OF measurement FOR VALUES FROM ('2024-01-01') TO ('2025-01-01')",
                "INSERT INTO measurement SELECT i, '2024-06-01', 'copied' FROM generate_series(1, 10) i");
        Path file = configuration(source.url(), source.name(), source.another("target"), "public.measurement");
        sluice.catchUp(file);
        source.execute(
                "CREATE TABLE m2025 (v text, day date NOT NULL, id int NOT NULL, PRIMARY KEY (id, day))",
                "ALTER TABLE measurement ATTACH PARTITION m2025 FOR VALUES FROM ('2025-01-01') TO ('2026-01-01')",
                "INSERT INTO measurement SELECT i, '2025-06-01', 'streamed' FROM generate_series(1, 10) i",
                "UPDATE measurement SET day = '2025-07-01' WHERE id = 3 AND day = '2024-06-01'",
                "DELETE FROM m2025 WHERE id = 4");
        sluice.catchUp(file);

        sluice.verify(file, "1 table, 19 rows");
    }

    @Test
    void inheritedTablesAreTablesOfTheirOwn(TestDatabase source) throws Exception {
        source.execute(
                "CREATE TABLE base (id int PRIMARY KEY, v text)",
                "CREATE TABLE derived (more int, PRIMARY KEY (id)) INHERITS (base)",
                "INSERT INTO base VALUES (1, 'base')",
                "INSERT INTO derived VALUES (1, 'derived', 1)");
        Path file = configuration(source.url(), source.name(), source.another("target"));
        sluice.catchUp(file);
        source.execute(
                "INSERT INTO base VALUES (2, 'base')",
                "INSERT INTO derived VALUES (2, 'derived', 2)",
                "UPDATE base SET v = 'both' WHERE id = 2");
        sluice.catchUp(file);

        sluice.verify(file);
    }

    private static void fill(TestDatabase source) throws SQLException {
        source.execute(
                "INSERT INTO parent SELECT generate_series(1, 5)",
                "INSERT INTO child SELECT i, i FROM generate_series(1, 5) i",
                "INSERT INTO grandchild SELECT i, i FROM generate_series(1, 5) i",
                "INSERT INTO other VALUES (1), (2)");
    }

    private Path configuration(String source, String slot, TestDatabase target) throws Exception {
        return configuration(source, slot, target, "public.*");
    }

    private Path configuration(String source, String slot, TestDatabase target, String tables) throws Exception {
        Path file = directory.resolve("sluice.yaml");
        Files.writeString(file, """
                state: ./state
                pipelines:
                  odd:
                    source: { type: postgres, url: "%s", slot: %s, publication: %s, tables: ["%s"] }
                    sinks:
                      replica: { type: postgres, url: "%s" }
                """.formatted(source, slot, slot, tables, target.url()));
        return file;
    }
}
