package dev.sluice.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@PostgresTest
class SequencesCommandTest {
    private static final String[] TABLES = {
        "CREATE TABLE item (id serial PRIMARY KEY, v text)",
        "CREATE TABLE bill (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text)",
        "CREATE TABLE other (id serial PRIMARY KEY)",
        "CREATE SEQUENCE alone",
        "CREATE SEQUENCE down INCREMENT -1",
        "CREATE SEQUENCE unused"
    };

    private final InProcess sluice = new InProcess();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void setsWhatIsBehindAndNothingBack(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        source.execute(TABLES);
        source.execute("CREATE SEQUENCE only_here", "SELECT nextval('only_here')");
        target.execute(TABLES);
        target.execute("ALTER SEQUENCE item_id_seq RENAME TO \"item \"\"sequence\"\"\"", "SELECT setval('alone', 100)");
        source.execute(
                "INSERT INTO item (v) SELECT 'v' FROM generate_series(1, 17)",
                "INSERT INTO bill (v) VALUES ('a'), ('b')",
                "INSERT INTO other DEFAULT VALUES",
                "SELECT nextval('alone')",
                "SELECT nextval('down')",
                "SELECT nextval('down')");
        String file = write(source, target);
        assertThat(sluice.run("run", "-c", file, "--until-caught-up"))
                .as(sluice.log())
                .isZero();

        assertThat(sluice.run("verify", "-c", file))
                .as(sluice.out() + sluice.err())
                .isZero();
        assertThat(sluice.out())
                .contains("sequence public.item_id_seq: source at 17, target unused: before the target takes over, run")
                .contains("sequence public.bill_id_seq")
                .doesNotContain("sequence public.alone");
        assertThat(sluice.run("sequences", "-c", file, "--dry-run"))
                .as(sluice.err())
                .isZero();
        assertThat(sluice.out())
                .contains("public.down: source at -2, target unused (behind)")
                .contains("public.only_here: not in the target")
                .contains("public.alone: source at 1, target at 100" + System.lineSeparator())
                .contains("public.unused: source unused, target unused" + System.lineSeparator())
                .doesNotContain("other_id_seq");

        assertThat(sluice.run("sequences", "-c", file)).as(sluice.err()).isZero();

        assertThat(sluice.out()).contains("public.item_id_seq: source at 17, target unused -> set");
        assertThat(target.value("INSERT INTO item (v) VALUES ('new') RETURNING id"))
                .isEqualTo("18");
        assertThat(target.value("INSERT INTO bill (v) VALUES ('new') RETURNING id"))
                .isEqualTo("3");
        assertThat(target.value("SELECT nextval('down')")).isEqualTo("-3");
        assertThat(target.value("SELECT nextval('alone')")).isEqualTo("101");
        assertThat(target.value("SELECT nextval('unused')")).isEqualTo("1");
        assertThat(sluice.run("sequences", "-c", file)).as(sluice.err()).isZero();
        assertThat(sluice.out()).doesNotContain("set").contains("public.item_id_seq: source at 17, target at 18");
    }

    @Test
    void withoutAPostgresSinkThereIsNothingToSet(TestDatabase source) throws Exception {
        Path file = directory.resolve("sluice.yaml");
        Files.writeString(file, """
                pipelines:
                  shop:
                    source: { type: postgres, url: "%s", tables: ["public.item"] }
                    sinks:
                      lines: { type: stdout }
                """.formatted(source.url()));

        assertThat(sluice.run("sequences", "-c", file.toString())).isEqualTo(2);

        assertThat(sluice.err()).contains("there are no sequences to set");
    }

    private String write(TestDatabase source, TestDatabase target) throws Exception {
        Path file = directory.resolve("sluice.yaml");
        Files.writeString(file, """
                state: ./state
                pipelines:
                  shop:
                    source: { type: postgres, url: "%s", slot: %s, publication: %s, tables: ["public.item", "public.bill"] }
                    sinks:
                      replica: { type: postgres, url: "%s" }
                """.formatted(source.url(), source.name(), source.name(), target.url()));
        return file.toString();
    }
}
