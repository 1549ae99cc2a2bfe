package dev.sluice.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.daemon.Eventually;
import dev.sluice.daemon.Shop;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process of its own, for what only a process has: signals, exit status, standard streams. */
@PostgresTest
class DaemonProcessTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void sigtermDrainsAndExitsWithZero(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        Shop.create(source);
        Process process = start(Shop.yaml(source, target, "http: { port: 0 }"));
        try {
            Eventually.get(() -> target.value("SELECT to_regclass('sluice.checkpoint')"), name -> name != null);
            Eventually.get(
                    () -> target.value("SELECT count(*) FROM sluice.checkpoint WHERE state = 'streaming'"),
                    "1"::equals);
            source.execute("UPDATE customer SET credit = 1");
            Eventually.get(() -> target.value("SELECT count(*) FROM customer WHERE credit = 1"), "500"::equals);

            process.destroy(); // SIGTERM

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(log()).isZero();
            assertThat(Files.readString(directory.resolve("out"))).isEmpty();
            assertThat(log().lines()).allSatisfy(line -> assertThat(new JsonObject(line).getString("formattedMessage"))
                    .isNotBlank());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void sigtermAfterAPipelineHasFailedExitsWithOne(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        TestDatabase misfit = source.another("misfit");
        Shop.create(source);
        misfit.execute("CREATE TABLE customer (id int PRIMARY KEY, name text)");
        String second = """
                  misfit:
                    source: { type: postgres, url: "%s", slot: %s_b, publication: %s_b, tables: ["public.*"] }
                    sinks:
                      replica: { type: postgres, url: "%s" }
                """.formatted(source.url(), source.name(), source.name(), misfit.url());
        Process process = start(Shop.yaml(source, target, "") + second);
        try {
            Eventually.get(this::log, log -> log.contains("misfit: stopped"));
            Eventually.get(() -> target.value("SELECT to_regclass('sluice.checkpoint')"), name -> name != null);
            Eventually.get(
                    () -> target.value("SELECT count(*) FROM sluice.checkpoint WHERE state = 'streaming'"),
                    "1"::equals);

            process.destroy(); // SIGTERM

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(log()).isEqualTo(1);
        } finally {
            process.destroyForcibly();
        }
    }

    private Process start(String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("sluice.yaml"), yaml);
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-cp",
                        classPath,
                        "dev.sluice.daemon.cli.Cli",
                        "run",
                        "-c",
                        file.toString())
                .redirectOutput(directory.resolve("out").toFile())
                .redirectError(directory.resolve("err").toFile())
                .start();
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("err"));
    }
}
