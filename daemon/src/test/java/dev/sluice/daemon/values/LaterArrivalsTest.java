package dev.sluice.daemon.values;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.daemon.Daemon;
import dev.sluice.daemon.Eventually;
import dev.sluice.daemon.cli.InProcess;
import dev.sluice.daemon.yaml.YamlFile;
import dev.sluice.engine.config.ConfigBinder;
import dev.sluice.engine.config.Providers;
import dev.sluice.engine.config.SluiceConfig;
import dev.sluice.engine.flow.CopyStatus;
import dev.sluice.engine.flow.CopyWay;
import dev.sluice.engine.flow.Pipeline;
import dev.sluice.engine.flow.PipelineStatus;
import dev.sluice.engine.flow.TableProgress;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables and sinks that come to a pipeline that has run already. */
@PostgresTest
class LaterArrivalsTest {
    private final InProcess sluice = new InProcess();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void tablesThatWereMadeWhileItWasDownAreFilledAndFollowed(TestDatabase source) throws Exception {
        source.execute("CREATE TABLE first (id int PRIMARY KEY, v text)", "INSERT INTO first VALUES (1, 'copied')");
        TestDatabase target = source.another("target");
        Path file = configuration(source, target, "public.*", "");
        sluice.catchUp(file);
        source.execute(
                "CREATE TABLE second (id int PRIMARY KEY, v text)",
                "INSERT INTO second SELECT i, 'there' FROM generate_series(1, 100) i",
                "UPDATE second SET v = 'changed' WHERE id < 10",
                "INSERT INTO first VALUES (2, 'streamed')");
        sluice.catchUp(file);
        source.execute(
                "UPDATE second SET v = 'streamed' WHERE id > 90",
                "DELETE FROM second WHERE id = 5",
                "INSERT INTO first VALUES (3, 'streamed')");
        sluice.catchUp(file);

        sluice.verify(file, "2 tables, 102 rows");
        assertThat(target.value("SELECT count(*) FROM sluice.copied")).isEqualTo("2");
        assertThat(sluice.log()).contains("added to publication", "public.second", "copying what is missing");
    }

    @Test
    void aTableThatThePatternsNameLaterIsFilledAndFollowed(TestDatabase source) throws Exception {
        source.execute(
                "CREATE TABLE first (id int PRIMARY KEY, v text)",
                "CREATE TABLE second (id int PRIMARY KEY, v text)",
                "INSERT INTO second VALUES (1, 'there')");
        TestDatabase target = source.another("target");
        sluice.catchUp(configuration(source, target, "public.first", ""));
        Path file = configuration(source, target, "public.*", "");
        sluice.catchUp(file);
        source.execute("INSERT INTO second VALUES (2, 'streamed')");
        sluice.catchUp(file);

        sluice.verify(file, "2 tables, 2 rows");
    }

    @Test
    void aTableThatWasMadeAnewIsFilledAnew(TestDatabase source) throws Exception {
        source.execute(
                "CREATE TABLE t (id int PRIMARY KEY, v text)",
                "INSERT INTO t SELECT i, 'old' FROM generate_series(1, 10) i");
        TestDatabase target = source.another("target");
        Path file = configuration(source, target, "public.*", "");
        sluice.catchUp(file);
        source.execute(
                "INSERT INTO t VALUES (11, 'old')",
                "DROP TABLE t",
                "CREATE TABLE t (id int PRIMARY KEY, v text)",
                "INSERT INTO t VALUES (1, 'new')");
        sluice.catchUp(file);

        sluice.verify(file, "1 table, 1 row");
    }

    @Test
    void sinksThatAreAddedAreFilledWhileTheOthersKeepWhatTheyHave(TestDatabase source) throws Exception {
        source.execute(
                "CREATE TABLE t (id int PRIMARY KEY, v text)",
                "INSERT INTO t SELECT i, 'there' FROM generate_series(1, 10) i");
        TestDatabase target = source.another("target");
        sluice.catchUp(configuration(source, target, "public.*", ""));
        source.execute("UPDATE t SET v = 'changed' WHERE id = 1");
        TestDatabase second = source.another("second");
        Path events = directory.resolve("events.jsonl");
        Path file = configuration(source, target, "public.*", """
                      second: { type: postgres, url: "%s" }
                      events: { type: file, path: "%s" }
                """.formatted(second.url(), events));
        sluice.catchUp(file);
        source.execute("DELETE FROM t WHERE id = 2", "INSERT INTO t VALUES (11, 'streamed')");
        sluice.catchUp(file);

        sluice.verify(file, "2 tables, 20 rows");
        assertThat(Files.readAllLines(events))
                .as("each row as it was when it was read, and what came after")
                .filteredOn(line -> line.contains("\"op\":\"r\""))
                .hasSize(10)
                .filteredOn(line -> line.contains("\"v\":\"changed\""))
                .hasSize(1);
        assertThat(Files.readAllLines(events)).hasSize(12);
    }

    @Test
    void tablesThatAreMadeWhileItRunsAreFilledAndFollowed(TestDatabase source) throws Exception {
        source.execute("CREATE TABLE first (id int PRIMARY KEY, v text)", "INSERT INTO first VALUES (1, 'copied')");
        TestDatabase target = source.another("target");
        Path file = configuration(source, target, "public.*", "");
        try (Daemon daemon = Daemon.open(SluiceConfig.read(
                YamlFile.read(file), ConfigBinder.of(Map.of(), directory), Providers.load(), Map.of()))) {
            daemon.start();
            Pipeline pipeline = daemon.pipelines().get(0);
            Eventually.get(pipeline::status, PipelineStatus::isReady);
            source.execute(
                    "CREATE TABLE second (id int PRIMARY KEY, v text)",
                    "INSERT INTO second SELECT i, 'there' FROM generate_series(1, 100) i",
                    "CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                    "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (10)",
                    "INSERT INTO parted VALUES (1)",
                    "CREATE TABLE left_out (v text)",
                    "INSERT INTO first VALUES (2, 'streamed')");
            awaitRows(target, "parted", 1);
            source.execute(
                    "UPDATE second SET v = 'streamed' WHERE id > 90",
                    "CREATE TABLE parted_2 PARTITION OF parted FOR VALUES FROM (10) TO (20)",
                    "INSERT INTO parted VALUES (11)",
                    "INSERT INTO first VALUES (3, 'streamed')");
            awaitRows(target, "parted", 2);
            awaitRows(target, "first", 3);
            sluice.verify(file, "3 tables, 105 rows");
            CopyStatus copy = pipeline.status().lanes().get(0).copy();
            assertThat(copy.way()).isEqualTo(CopyWay.LATER);
            assertThat(copy.tables()).extracting(TableProgress::table).contains("public.second");
        }
        assertThat(target.value("SELECT count(*) FROM sluice.copied")).isEqualTo("3");
    }

    private static void awaitRows(TestDatabase target, String table, int rows) throws Exception {
        Eventually.get(
                () -> "t".equals(target.value("SELECT to_regclass('" + table + "') IS NOT NULL"))
                        ? target.value("SELECT count(*) FROM " + table)
                        : "none",
                Integer.toString(rows)::equals);
    }

    private Path configuration(TestDatabase source, TestDatabase target, String tables, String moreSinks)
            throws Exception {
        Path file = directory.resolve("sluice.yaml");
        Files.writeString(
                file, """
                state: ./state
                pipelines:
                  later:
                    source: { type: postgres, url: "%s", slot: %s, publication: %s, tables: ["%s"] }
                    sinks:
                      replica: { type: postgres, url: "%s" }
                """.formatted(source.url(), source.name(), source.name(), tables, target.url()) + moreSinks);
        return file;
    }
}
