package dev.sluice.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A role that may not replicate, as the user of a managed database has it. */
@PostgresTest
class ChangelogCommandsTest {
    private static final String WORKLOAD = """
            INSERT INTO orders SELECT i, 'added', i FROM generate_series(1001, 1500) i;
            UPDATE orders SET amount = amount + 1 WHERE id % 3 = 0;
            UPDATE orders SET id = id + 10000 WHERE id % 100 = 1;
            DELETE FROM orders WHERE id % 7 = 0;
            INSERT INTO divided SELECT i, 'x' FROM generate_series(1, 20) i;
            UPDATE divided SET id = id + 50 WHERE id > 8;
            INSERT INTO notes VALUES ('twice'), ('twice');
            DELETE FROM notes WHERE ctid = (SELECT min(ctid) FROM notes);
            """;

    private final InProcess sluice = new InProcess();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private String role = "";

    @BeforeEach
    void createTables(TestDatabase source) throws Exception {
        role = source.name() + "_role";
        source.execute(
                "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
                "CREATE ROLE " + role + " LOGIN",
                "CREATE TABLE orders (id int PRIMARY KEY, note text, amount numeric)",
                "CREATE TABLE divided (id int PRIMARY KEY, v text) PARTITION BY RANGE (id)",
                "CREATE TABLE divided_1 PARTITION OF divided FOR VALUES FROM (0) TO (10)",
                "CREATE TABLE divided_2 PARTITION OF divided DEFAULT",
                "CREATE TABLE notes (v text)",
                "INSERT INTO orders SELECT i, 'order ' || i, i FROM generate_series(1, 1000) i");
    }

    @AfterEach
    void dropRole(TestDatabase source) throws Exception {
        source.execute("DROP OWNED BY " + role + " CASCADE", "DROP ROLE " + role);
    }

    @Test
    void whereNoSlotIsAllowedTheChangeLogKeepsASinkInStep(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        source.execute(
                "GRANT CREATE ON DATABASE " + source.name() + " TO " + role,
                "GRANT SELECT, TRIGGER ON ALL TABLES IN SCHEMA public TO " + role);
        Path file = configuration(source, target, "auto");

        sluice.catchUp(file);
        assertThat(sluice.log()).contains("capture: auto takes the change log, as role " + role);
        sluice.verify(file, "3 tables, 1000 rows");
        source.execute(WORKLOAD);
        sluice.catchUp(file);
        sluice.verify(file);
        assertThat(target.value("SELECT count(*) FROM notes")).isEqualTo("1");

        source.execute("CREATE TABLE later (id int PRIMARY KEY)", "INSERT INTO later VALUES (1)");
        source.execute("GRANT SELECT, TRIGGER ON later TO " + role);
        sluice.catchUp(file);
        source.execute("INSERT INTO later VALUES (2)");
        sluice.catchUp(file);
        sluice.verify(file);

        assertThat(sluice.run("teardown", "-c", file.toString(), "--yes"))
                .as(sluice.err())
                .isZero();
        assertThat(sluice.out())
                .contains("triggers of the change log on public.orders", "the change log in schema sluice");
        assertThat(source.value("SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'sluice%'"))
                .isEqualTo("0");
        assertThat(source.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'sluice'"))
                .isEqualTo("0");
    }

    @Test
    void whatIsPrintedCanBeRunBySomebodyElse(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Path file = configuration(source, target, "changelog");
        assertThat(sluice.run("install", "-c", file.toString())).isEqualTo(1);
        assertThat(sluice.err()).contains("may not create the schema sluice", "GRANT TRIGGER ON \"public\".\"notes\"");

        assertThat(sluice.run("install", "-c", file.toString(), "--print"))
                .as(sluice.err())
                .isZero();
        source.execute(sluice.out());
        sluice.catchUp(file);
        source.execute(WORKLOAD);
        sluice.catchUp(file);
        sluice.verify(file);
    }

    @Test
    void installSaysWhatItDidAndMayBeRunAgain(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        source.execute(
                "GRANT CREATE ON DATABASE " + source.name() + " TO " + role,
                "GRANT SELECT, TRIGGER ON ALL TABLES IN SCHEMA public TO " + role);
        for (int run = 0; run < 2; run++) {
            assertThat(sluice.run(
                            "install",
                            "-c",
                            configuration(source, target, "changelog").toString()))
                    .as(sluice.err())
                    .isZero();
            assertThat(sluice.out())
                    .isEqualTo("p: changes of these tables are logged in schema sluice: public.divided, public.notes,"
                            + " public.orders\n");
        }
        assertThat(sluice.run(
                        "install", "-c", configuration(source, target, "slot").toString()))
                .isZero();
        assertThat(sluice.out()).contains("follows a replication slot, nothing is installed");
    }

    private Path configuration(TestDatabase source, TestDatabase target, String capture) throws IOException {
        return Files.writeString(directory.resolve("sluice.yaml"), """
                state: ./state
                pipelines:
                  p:
                    source: { type: postgres, capture: %s, url: "%s", slot: %s, tables: ["public.*"] }
                    sinks:
                      replica: { type: postgres, url: "%s" }
                """.formatted(
                        capture, source.server().url(role, source.name()), source.name(), target.url()));
    }
}
