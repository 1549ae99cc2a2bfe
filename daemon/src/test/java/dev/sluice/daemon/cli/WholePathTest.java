package dev.sluice.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.daemon.Shop;
import dev.sluice.engine.config.Providers;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@PostgresTest
class WholePathTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final ByteArrayOutputStream log = new ByteArrayOutputStream();

    @Test
    void runsUntilCaughtUpThenVerifiesThenTearsDown(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        String file = write(Shop.yaml(source, target, ""));

        assertThat(sluice("run", "-c", file, "--until-caught-up")).as(log()).isZero();
        source.execute("UPDATE customer SET name = 'new' WHERE id = 7", "DELETE FROM purchase WHERE id = 3");
        assertThat(sluice("run", "-c", file, "--until-caught-up")).as(log()).isZero();

        assertThat(sluice("verify", "-c", file)).as(err.toString()).isZero();
        assertThat(out.toString())
                .startsWith("shop -> replica" + System.lineSeparator())
                .containsPattern("public.customer +500 rows +in step")
                .endsWith("in step: 2 tables, 1499 rows, 0 differences" + System.lineSeparator());

        target.execute("UPDATE customer SET name = 'wrong' WHERE id = 7", "DELETE FROM purchase WHERE id IN (1, 2, 4)");
        assertThat(sluice("verify", "-c", file)).isEqualTo(3);
        assertThat(out.toString())
                .containsPattern("differs +id=7: name")
                .containsPattern("missing in target +id=1\\R")
                .endsWith("not in step: 2 tables, 1499 rows, 4 differences" + System.lineSeparator());

        assertThat(sluice("teardown", "-c", file, "--yes")).as(err.toString()).isZero();
        assertThat(out.toString()).startsWith("This will be dropped:").contains("Dropped:");
        assertThat(source.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("0");
        assertThat(source.value("SELECT count(*) FROM pg_publication")).isEqualTo("0");
        assertThat(target.value("SELECT count(*) FROM customer")).isEqualTo("500");
        assertThat(sluice("verify", "-c", file)).isEqualTo(1);
        assertThat(err.toString()).contains("there is nothing to compare").contains("-> Run the pipeline first");
    }

    @Test
    void teardownAsksAndTakesNoForAnAnswer(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        String file = write(Shop.yaml(source, target, ""));
        assertThat(sluice("run", "-c", file, "--until-caught-up")).as(log()).isZero();

        assertThat(execute(surroundings(Map.of(), "n\n"), "teardown", "-c", file))
                .isEqualTo(1);

        assertThat(out.toString()).contains("Go on? [y/N]").contains("Nothing was dropped.");
        assertThat(source.value("SELECT count(*) FROM pg_replication_slots WHERE database = current_database()"))
                .isEqualTo("1");
        assertThat(execute(surroundings(Map.of(), "yes\n"), "teardown", "-c", file))
                .isZero();
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
            assertThat(sluice("run", "-c", file, "--until-caught-up")).as(log()).isZero();
            write(yaml.formatted(rebuilt.url("postgres", "postgres"), target.url()));

            assertThat(sluice("teardown", "-c", file, "--yes"))
                    .as(out + "\n" + err)
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
        assertThat(sluice("run", "-c", file, "--until-caught-up")).as(log()).isZero();
        Path state = directory.resolve("state").resolve("checkpoints.db");
        Files.writeString(state, "this is no database, and was not made by one either");

        assertThat(execute(surroundings(Map.of(), "n\n"), "teardown", "-c", file))
                .isEqualTo(1);
        assertThat(state).exists();
        assertThat(sluice("teardown", "-c", file, "--yes")).as(out + "\n" + err).isZero();

        assertThat(out.toString()).contains("the damaged state in " + state);
        assertThat(state).doesNotExist();
        assertThat(target.value("SELECT to_regclass('sluice.checkpoint') IS NULL"))
                .isIn("t", "true");
        assertThat(sluice("run", "-c", file, "--until-caught-up"))
                .as("only rows in the way")
                .isEqualTo(1);
        assertThat(log()).contains("already holds rows");
        assertThat(sluice("teardown", "-c", file, "--yes")).as(out + "\n" + err).isZero();
    }

    @Test
    void teardownDropsEverythingElseWhenATargetIsGone(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        String file = write(Shop.yaml(source, target, ""));
        assertThat(sluice("run", "-c", file, "--until-caught-up")).as(log()).isZero();
        write(Files.readString(Path.of(file)).replace(target.url(), "postgresql://nobody@127.0.0.1:1/gone"));

        assertThat(sluice("teardown", "-c", file, "--yes")).isEqualTo(1);

        assertThat(err.toString()).contains("This is left").contains("shop: what sink replica keeps: ");
        assertThat(out.toString()).contains("shop: its state in the state directory");
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
            Surroundings surroundings = surroundings(Map.of("SLUICE_PASSWORD", "hunter2"), "");

            assertThat(execute(surroundings, "run", "--log-level", "trace", "-c", file))
                    .isEqualTo(1);

            assertThat(log()).contains("password authentication failed").doesNotContain("hunter2");
            assertThat(out.toString() + err).doesNotContain("hunter2");
        }
    }

    @Test
    void aTargetThatDoesNotFitEndsTheRunWithTheReason(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        target.execute("CREATE TABLE customer (id int PRIMARY KEY, name text)");
        String file = write(Shop.yaml(source, target, ""));

        assertThat(sluice("run", "-c", file)).isEqualTo(1);

        assertThat(log()).contains("customer").contains("credit");
    }

    private String log() {
        return log.toString(StandardCharsets.UTF_8);
    }

    private String write(String yaml) throws IOException {
        Path file = directory.resolve("sluice.yaml");
        Files.writeString(file, yaml);
        return file.toString();
    }

    private int sluice(String... arguments) {
        return execute(surroundings(Map.of(), ""), arguments);
    }

    private int execute(Surroundings surroundings, String... arguments) {
        out.getBuffer().setLength(0);
        err.getBuffer().setLength(0);
        CommandLine commandLine = new Cli(surroundings).commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(arguments);
    }

    private Surroundings surroundings(Map<String, String> environment, String input) {
        PrintStream stream = new PrintStream(log, true, StandardCharsets.UTF_8);
        return new Surroundings(
                environment,
                new Terminal(stream, false),
                new BufferedReader(new StringReader(input)),
                !input.isEmpty(),
                Providers::load);
    }
}
