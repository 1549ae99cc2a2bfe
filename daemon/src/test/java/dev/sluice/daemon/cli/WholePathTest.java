package dev.sluice.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.daemon.Shop;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@PostgresTest
class WholePathTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final InProcess sluice = new InProcess();

    @Test
    void runsUntilCaughtUpThenVerifiesThenTearsDown(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        String file = write(Shop.yaml(source, target, ""));

        assertThat(sluice.run("run", "-c", file, "--until-caught-up"))
                .as(sluice.log())
                .isZero();
        source.execute("UPDATE customer SET name = 'new' WHERE id = 7", "DELETE FROM purchase WHERE id = 3");
        assertThat(sluice.run("run", "-c", file, "--until-caught-up"))
                .as(sluice.log())
                .isZero();

        assertThat(sluice.run("verify", "-c", file)).as(sluice.err()).isZero();
        assertThat(sluice.out())
                .startsWith("shop -> replica" + System.lineSeparator())
                .containsPattern("public.customer +500 rows +in step")
                .endsWith("in step: 2 tables, 1499 rows, 0 differences" + System.lineSeparator());

        target.execute("UPDATE customer SET name = 'wrong' WHERE id = 7", "DELETE FROM purchase WHERE id IN (1, 2, 4)");
        assertThat(sluice.run("verify", "-c", file)).isEqualTo(3);
        assertThat(sluice.out())
                .containsPattern("differs +id=7: name")
                .containsPattern("missing in target +id=1\\R")
                .endsWith("not in step: 2 tables, 1499 rows, 4 differences" + System.lineSeparator());

        assertThat(sluice.run("teardown", "-c", file, "--yes")).as(sluice.err()).isZero();
        assertThat(sluice.out()).startsWith("This will be dropped:").contains("Dropped:");
        assertThat(source.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("0");
        assertThat(source.value("SELECT count(*) FROM pg_publication")).isEqualTo("0");
        assertThat(target.value("SELECT count(*) FROM customer")).isEqualTo("500");
        assertThat(sluice.run("verify", "-c", file)).isEqualTo(1);
        assertThat(sluice.err()).contains("there is nothing to compare").contains("-> Run the pipeline first");
    }

    @Test
    void withoutACopyATargetThatWasFilledOtherwiseIsKeptInStep(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        String file = write(Shop.yaml(source, target, "").replace("tables:", "copy: never\n      tables:"));
        assertThat(sluice.run("run", "-c", file, "--until-caught-up"))
                .as(sluice.log())
                .isZero();
        source.execute("INSERT INTO customer VALUES (1001, 'before the dump', 1)");
        Shop.create(target);
        target.execute("INSERT INTO customer VALUES (1001, 'before the dump', 1)");
        source.execute("UPDATE customer SET name = 'after it' WHERE id = 7", "DELETE FROM purchase WHERE id = 3");

        assertThat(sluice.run("run", "-c", file, "--until-caught-up"))
                .as(sluice.log())
                .isZero();

        target.execute("UPDATE purchase SET at = '2026-01-01 00:00+00'");
        source.execute("UPDATE purchase SET at = '2026-01-01 00:00+00'");
        assertThat(sluice.run("run", "-c", file, "--until-caught-up"))
                .as(sluice.log())
                .isZero();
        assertThat(sluice.run("verify", "-c", file))
                .as(sluice.out() + sluice.err())
                .isZero();
        assertThat(sluice.out()).contains("in step: 2 tables, 1500 rows");
    }

    @Test
    void aCopyWithoutAStreamEndsByItselfAndLeavesNoSlot(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        String file = write(Shop.yaml(source, target, "").replace("tables:", "copy: only\n      tables:"));
        assertThat(sluice.run("run", "-c", file)).as(sluice.log()).isZero();
        assertThat(source.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("0");
        assertThat(sluice.run("verify", "-c", file)).as(sluice.err()).isZero();
        assertThat(sluice.out()).contains("in step: 2 tables, 1500 rows");

        source.execute("CREATE TABLE later (id int PRIMARY KEY)", "INSERT INTO later VALUES (1)");
        assertThat(sluice.run("run", "-c", file, "--until-caught-up"))
                .as(sluice.log())
                .isZero();
        assertThat(sluice.run("verify", "-c", file)).as(sluice.err()).isZero();
        assertThat(sluice.out()).contains("in step: 3 tables, 1501 rows");

        write(Shop.yaml(source, target, ""));
        assertThat(sluice.run("run", "-c", file, "--until-caught-up")).isEqualTo(1);
        assertThat(sluice.log()).contains("changes after").contains("can no longer be read");
    }

    @Test
    void teardownAsksAndTakesNoForAnAnswer(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        String file = write(Shop.yaml(source, target, ""));
        assertThat(sluice.run("run", "-c", file, "--until-caught-up"))
                .as(sluice.log())
                .isZero();

        assertThat(sluice.run(Map.of(), "n\n", "teardown", "-c", file)).isEqualTo(1);

        assertThat(sluice.out()).contains("Go on? [y/N]").contains("Nothing was dropped.");
        assertThat(source.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("1");
        assertThat(sluice.run(Map.of(), "yes\n", "teardown", "-c", file)).isZero();
        assertThat(source.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("0");
    }

    @Test
    void teardownAcceptsTheOwnerThatIsRememberedAfterTheSourceWasRebuilt(TestDatabase target) throws Exception {
        try (PostgresServer old = PostgresServer.start(Map.of());
                PostgresServer rebuilt = PostgresServer.start(Map.of())) {
            String yaml = """
                    pipelines:
                      shop:
                        source: { type: postgres, url: "%s", tables: ["public.*"] }
                        sinks:
                          replica: { type: postgres, url: "%s" }
                    """;
            old.execute("postgres", "CREATE TABLE t (id int PRIMARY KEY)");
            rebuilt.execute("postgres", "CREATE TABLE t (id int PRIMARY KEY)");
            String file = write(yaml.formatted(old.url("postgres", "postgres"), target.url()));
            assertThat(sluice.run("run", "-c", file, "--until-caught-up"))
                    .as(sluice.log())
                    .isZero();
            write(yaml.formatted(rebuilt.url("postgres", "postgres"), target.url()));

            assertThat(sluice.run("teardown", "-c", file, "--yes"))
                    .as(sluice.out() + "\n" + sluice.err())
                    .isZero();

            assertThat(target.value("SELECT to_regclass('sluice.checkpoint') IS NULL"))
                    .isIn("t", "true");
        }
    }

    @Test
    void teardownRemovesDamagedState(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        String file = write(Shop.yaml(source, target, ""));
        assertThat(sluice.run("run", "-c", file, "--until-caught-up"))
                .as(sluice.log())
                .isZero();
        Path state = directory.resolve("state").resolve("checkpoints.db");
        Files.writeString(state, "this is no database, and was not made by one either");

        assertThat(sluice.run(Map.of(), "n\n", "teardown", "-c", file)).isEqualTo(1);
        assertThat(state).exists();
        assertThat(sluice.run("teardown", "-c", file, "--yes"))
                .as(sluice.out() + "\n" + sluice.err())
                .isZero();

        assertThat(sluice.out()).contains("the damaged state in " + state);
        assertThat(state).doesNotExist();
        assertThat(target.value("SELECT to_regclass('sluice.checkpoint') IS NULL"))
                .isIn("t", "true");
        assertThat(sluice.run("run", "-c", file, "--until-caught-up"))
                .as("only rows in the way")
                .isEqualTo(1);
        assertThat(sluice.log()).contains("already holds rows");
        assertThat(sluice.run("teardown", "-c", file, "--yes"))
                .as(sluice.out() + "\n" + sluice.err())
                .isZero();
    }

    @Test
    void teardownDropsEverythingElseWhenATargetIsGone(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        String file = write(Shop.yaml(source, target, ""));
        assertThat(sluice.run("run", "-c", file, "--until-caught-up"))
                .as(sluice.log())
                .isZero();
        write(Files.readString(Path.of(file)).replace(target.url(), "postgresql://nobody@127.0.0.1:1/gone"));

        assertThat(sluice.run("teardown", "-c", file, "--yes")).isEqualTo(1);

        assertThat(sluice.err()).contains("This is left").contains("shop: what sink replica keeps: ");
        assertThat(sluice.out()).contains("shop: its state in the state directory");
        assertThat(source.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("0");
        assertThat(source.value("SELECT count(*) FROM pg_publication")).isEqualTo("0");
    }

    @Test
    void aWrongPasswordIsReportedAndShownNowhere(TestDatabase target) throws Exception {
        try (PostgresServer server = PostgresServer.start(Map.of())) {
            server.execute("postgres", "CREATE ROLE sluice LOGIN REPLICATION PASSWORD 'right'");
            server.hba("host all,replication sluice 127.0.0.1/32 scram-sha-256");
            String file = write("""
                    pipelines:
                      shop:
                        source:
                          type: postgres
                          url: %s
                          password: ${env:SLUICE_PASSWORD}
                          tables: ["public.*"]
                        sinks:
                          replica: { type: postgres, url: "%s" }
                    """.formatted(server.url("sluice", "postgres"), target.url()));
            Map<String, String> environment = Map.of("SLUICE_PASSWORD", "hunter2");

            assertThat(sluice.run(environment, "", "run", "--log-level", "trace", "-c", file))
                    .isEqualTo(1);

            assertThat(sluice.log()).contains("password authentication failed").doesNotContain("hunter2");
            assertThat(sluice.out() + sluice.err()).doesNotContain("hunter2");
        }
    }

    @Test
    void aTargetThatDoesNotFitEndsTheRunWithTheReason(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        target.execute("CREATE TABLE customer (id int PRIMARY KEY, name text)");
        String file = write(Shop.yaml(source, target, ""));

        assertThat(sluice.run("run", "-c", file)).isEqualTo(1);

        assertThat(sluice.log()).contains("customer").contains("credit");
    }

    private String write(String yaml) throws IOException {
        Path file = directory.resolve("sluice.yaml");
        Files.writeString(file, yaml);
        return file.toString();
    }
}
