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
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
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

    @Test
    void aTableThatWasNotFollowedForAWhileIsCopiedAnew(TestDatabase source) throws Exception {
        source.execute(
                "CREATE TABLE first (id int PRIMARY KEY, v text)",
                "CREATE TABLE second (id int PRIMARY KEY, v text)",
                "INSERT INTO second VALUES (1, 'copied')");
        TestDatabase target = source.another("target");
        Path both = configuration(source, target, "public.*", "");
        sluice.catchUp(both);
        source.execute(
                "ALTER PUBLICATION " + source.name() + " DROP TABLE second", "INSERT INTO second VALUES (2, 'missed')");
        sluice.catchUp(configuration(source, target, "public.first", ""));
        configuration(source, target, "public.*", "");
        assertThat(sluice.run("run", "-c", both.toString(), "--until-caught-up"))
                .isNotZero();
        assertThat(sluice.log()).contains("not followed any more").contains("public.second already holds rows");
        target.execute("TRUNCATE second");
        sluice.catchUp(both);
        source.execute("INSERT INTO second VALUES (3, 'streamed')");
        sluice.catchUp(both);

        sluice.verify(both, "2 tables, 3 rows");
    }

    @Test
    void aTableThatSomebodyTookOutOfThePublicationIsPublishedAndCopiedAnew(TestDatabase source) throws Exception {
        source.execute(
                "CREATE TABLE first (id int PRIMARY KEY, v text)",
                "CREATE TABLE second (id int PRIMARY KEY, v text)",
                "INSERT INTO second VALUES (1, 'copied'), (2, 'copied')");
        TestDatabase target = source.another("target");
        Path events = directory.resolve("events.jsonl");
        Path file = configuration(
                source, target, "public.*", "      events: { type: file, path: \"%s\" }\n".formatted(events));
        sluice.catchUp(file);
        source.execute(
                "ALTER PUBLICATION " + source.name() + " DROP TABLE second",
                "INSERT INTO second VALUES (3, 'missed')",
                "DELETE FROM second WHERE id = 1");
        sluice.catchUp(file);
        source.execute("INSERT INTO second VALUES (4, 'streamed')");
        sluice.catchUp(file);

        sluice.verify(file, "2 tables, 3 rows");
        assertThat(Files.readAllLines(events))
                .extracting(line -> new JsonObject(line).getString("op"))
                .containsExactly("r", "r", "t", "r", "r", "c");
    }

    /** Of each turn only one chunk, so that every chunk is of another snapshot. */
    @Test
    void aLargeTableAndANewSinkAreCopiedInTurnsWhileTheOthersGoOn(TestDatabase source) throws Exception {
        source.execute(
                "CREATE TABLE first (id int PRIMARY KEY, v text)",
                "INSERT INTO first SELECT i, repeat('x', 100) FROM generate_series(1, 20000) i");
        TestDatabase target = source.another("target");
        sluice.catchUp(configuration(source, target, "public.*", ""));
        source.execute(
                "CREATE TABLE big (id int PRIMARY KEY, v text, large text)",
                "ALTER TABLE big ALTER large SET STORAGE EXTERNAL",
                "INSERT INTO big SELECT i, repeat('x', 100), CASE WHEN i % 100 = 0 THEN repeat('y', 3000) END"
                        + " FROM generate_series(1, 40000) i",
                "ANALYZE");
        TestDatabase second = source.another("second");
        Path events = directory.resolve("events.jsonl");
        Path file = configuration(source, target, "public.*", """
                      second: { type: postgres, url: "%s" }
                      events: { type: file, path: "%s" }
                """.formatted(second.url(), events));
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("tables: [", "copy: { chunk: 1MB }, tables: [")
                        .replace("    sinks:", "    copyTurn: 1ms\n    sinks:"));
        CompletableFuture<Void> complete = CompletableFuture.runAsync(() -> sluice.catchUp(file));
        boolean wentOn = false;
        for (int round = 1; !complete.isDone(); round++) {
            assertThat(round).as("rounds").isLessThan(2_000);
            source.execute(
                    "UPDATE first SET v = 'changed in round %d' WHERE id %% 1000 = %d".formatted(round, round % 1000),
                    "UPDATE big SET v = 'changed in round %d' WHERE id %% 1000 = %d".formatted(round, round % 1000),
                    "DELETE FROM big WHERE id = 39999 - %d".formatted(round),
                    "INSERT INTO big VALUES (50000 + %d, 'new')".formatted(round),
                    "UPDATE big SET id = 100000 + id WHERE id = %d".formatted(round * 7));
            if (round % 10 == 5 && round < 50) { // from what is read last to what is read first
                source.execute("UPDATE big SET id = -id WHERE id = 40000 - %d".formatted(round * 20));
            }
            wentOn |= "t".equals(target.value("SELECT EXISTS (SELECT FROM first WHERE v <> repeat('x', 100))"))
                    && !complete.isDone();
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
        complete.get();
        assertThat(wentOn).as("what was there went on").isTrue();
        sluice.catchUp(file);
        sluice.verify(file);

        assertThat(second.value("SELECT count(DISTINCT read_at) > 1 FROM sluice.copied"))
                .as("several turns")
                .isEqualTo("t");
        assertThat(sluice.log()).contains("in turns with the stream").contains("the copy is complete");
        assertThat(rows(Files.readAllLines(events)))
                .isEqualTo(source.rows("SELECT id, v FROM big ORDER BY id").stream()
                        .collect(Collectors.toMap(row -> Integer.valueOf(row.get(0)), row -> row.get(1))));
    }

    /** What a reader of the events has of a table in the end. */
    private static Map<Integer, String> rows(List<String> events) {
        Map<Integer, String> rows = new HashMap<>();
        for (String line : events) {
            JsonObject event = new JsonObject(line);
            if (!"big".equals(event.getJsonObject("source").getString("table"))) {
                continue;
            }
            JsonObject before = event.getJsonObject("before");
            JsonObject after = event.getJsonObject("after");
            if ("t".equals(event.getString("op"))) {
                rows.clear();
            }
            if (before != null) {
                rows.remove(before.getInteger("id"));
            }
            if (after != null) {
                rows.put(after.getInteger("id"), after.getString("v"));
            }
        }
        return rows;
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
