package dev.sluice.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@PostgresTest
class TablesCommandTest {
    private static final String[] TABLES = {
        "CREATE TABLE bill (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text)",
        "CREATE TABLE item (id serial PRIMARY KEY, v text)",
        "CREATE TABLE line (bill bigint, nr int, PRIMARY KEY (nr, bill))",
        "CREATE TABLE log (v text)",
        "CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id)",
        "CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (1) TO (10)",
        "CREATE TABLE person (id uuid DEFAULT gen_random_uuid() PRIMARY KEY)",
        "CREATE TABLE secret (id int PRIMARY KEY)",
        "CREATE UNLOGGED TABLE scratch (id int PRIMARY KEY)",
        "CREATE TABLE whole (v text)",
        "ALTER TABLE whole REPLICA IDENTITY FULL",
        "CREATE SCHEMA other",
        "CREATE TABLE other.t (id int PRIMARY KEY)",
        "INSERT INTO bill (v) SELECT 'v' FROM generate_series(1, 1234) i",
        "ANALYZE bill"
    };

    private final InProcess sluice = new InProcess();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @Test
    void everyTableIsListedWithWhatBecomesOfItAndWhy(TestDatabase source) throws Exception {
        source.execute(TABLES);
        String file = write(source, "refuse");
        assertThat(sluice.run("tables", "-c", file)).as(sluice.err()).isZero();
        assertThat(sluice.out().replaceAll(" +\\d+ kB", " SIZE")).isEqualTo("""
                p: 11 tables, 6 followed, 1 in the way of a start
                         TABLE            KEY            IDENTITY          OWNER      ROWS   SIZE  COULD BE FOLLOWED
                  out    other.t          id             default           postgres      ? SIZE  one way
                       no pattern of tables: matches it
                  in     public.bill      id (identity)  default           postgres  1,234 SIZE  both ways
                  in     public.item      id (sequence)  default           postgres      ? SIZE  both ways
                  in     public.line      nr, bill       default           postgres      ? SIZE  one way
                  stops  public.log       none           default, lacking  postgres      ? SIZE  no
                       it has no replica identity: once published, its UPDATEs and DELETEs would fail in the source: ALTER TABLE "public"."log" REPLICA IDENTITY FULL; or give it a primary key that is not deferrable (or withoutKey: skip, or withoutKey: inserts if its rows never change, or exclude it with "!public.log")
                  in     public.parted    id             default           postgres      ? SIZE  one way
                  out    public.parted_1  id             default           postgres      ? SIZE  one way
                       it is a partition: its rows come as those of public.parted
                  in     public.person    id (uuid)      default           postgres      ? SIZE  both ways
                  out    public.scratch   id             default           postgres      ? SIZE  no
                       it is unlogged: its changes are in no WAL, so it is left out
                  out    public.secret    id             default           postgres      ? SIZE  one way
                       tables: takes it out with "!public.secret"
                  in     public.whole     none           full              postgres      ? SIZE  one way
                """);
    }

    @Test
    void aChangeLogNeedsNoKey(TestDatabase source) throws Exception {
        source.execute(TABLES);
        String file = write(source, "refuse, capture: changelog");
        assertThat(sluice.run("tables", "-c", file)).as(sluice.err()).isZero();
        assertThat(sluice.out())
                .startsWith("p: 11 tables, 7 followed\n")
                .containsPattern("in +public.log +none .* one way")
                .contains("it is unlogged: a crash of the server empties it");
    }

    @Test
    void asJsonItSaysTheSame(TestDatabase source) throws Exception {
        source.execute(TABLES);
        assertThat(sluice.run("tables", "-c", write(source, "skip"), "--output", "json"))
                .as(sluice.err())
                .isZero();
        JsonObject bill = new JsonObject(sluice.out())
                .getJsonObject("pipelines").getJsonObject("p").getJsonArray("tables").stream()
                        .map(JsonObject.class::cast)
                        .filter(table -> table.getString("table").equals("bill"))
                        .findFirst()
                        .orElseThrow();
        assertThat(bill.getString("fate")).isEqualTo("in");
        assertThat(bill.getLong("estimatedRows")).isEqualTo(1234);
        assertThat(bill.getJsonObject("key").encode()).isEqualTo("{\"columns\":[\"id\"],\"generated\":\"identity\"}");
        assertThat(bill.getBoolean("twoWay")).isTrue();
    }

    private String write(TestDatabase source, String withoutKey) throws Exception {
        return Files.writeString(directory.resolve("sluice.yaml"), """
                        pipelines:
                          p:
                            source:
                              { type: postgres, url: "%s", slot: %s, publication: %s, withoutKey: %s,
                                tables: ["public.*", "!public.secret"] }
                            sinks: { lines: { type: "stdout" } }
                        """.formatted(
                                source.url(), source.name(), source.name(), withoutKey))
                .toString();
    }
}
