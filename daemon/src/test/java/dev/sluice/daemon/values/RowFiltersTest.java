package dev.sluice.daemon.values;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.daemon.cli.InProcess;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tables of which only some rows are followed. */
@PostgresTest
class RowFiltersTest {
    private final InProcess sluice = new InProcess();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @BeforeEach
    void requireRowFilters(TestDatabase source) throws SQLException {
        assumeTrue(source.version() >= 15, "row filters came with 15");
    }

    @Test
    void copyStreamAndVerifySeeTheSameRows(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        source.execute(
                "CREATE TABLE orders (id int PRIMARY KEY, state text NOT NULL)",
                "ALTER TABLE orders REPLICA IDENTITY FULL",
                "INSERT INTO orders SELECT i, CASE WHEN i % 4 = 0 THEN 'draft' ELSE 'open' END FROM generate_series(1, 100) i",
                "CREATE TABLE other (id int PRIMARY KEY)",
                "INSERT INTO other VALUES (1)");
        Path file = configuration(source, target, "rows: { orders: \"state <> 'draft' -- not yet\" }");
        sluice.catchUp(file);
        assertThat(target.value("SELECT count(*) FROM orders")).isEqualTo("75");

        source.execute(
                "UPDATE orders SET state = 'draft' WHERE id = 1",
                "UPDATE orders SET state = 'open' WHERE id = 4",
                "UPDATE orders SET state = 'closed' WHERE id = 2",
                "INSERT INTO orders VALUES (101, 'draft'), (102, 'open')",
                "DELETE FROM orders WHERE id IN (8, 10)");
        sluice.catchUp(file);

        sluice.verify(file, "2 tables, 76 rows");
        assertThat(target.rows("SELECT id, state FROM orders WHERE id IN (1, 2, 4, 101, 102) ORDER BY id"))
                .isEqualTo(List.of(List.of("2", "closed"), List.of("4", "open"), List.of("102", "open")));
        target.execute("INSERT INTO orders VALUES (101, 'draft')");
        assertThat(sluice.run("verify", "-c", file.toString())).isEqualTo(3);
    }

    @Test
    void anotherConditionIsRefusedAsTheSinkLacksTheRows(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        source.execute("CREATE TABLE orders (id int PRIMARY KEY)");
        sluice.catchUp(configuration(source, target, "rows: { public.orders: id > 10 }"));
        sluice.catchUp(configuration(source, target, "rows: { public.orders: \"orders.id>10\" }"));

        assertThat(run(configuration(source, target, "rows: { public.orders: id > 5 }")))
                .isEqualTo(1);
        assertThat(sluice.log())
                .contains("sends the rows (id > 10) of public.orders", "rows: names (id > 5)", "teardown");
        assertThat(run(configuration(source, target, ""))).isEqualTo(1);
        assertThat(sluice.log()).contains("rows: names no condition for it");
    }

    @Test
    void conditionsThatTheServerWouldNotTakeOrThatWouldBreakUpdatesAreRefusedAtOnce(TestDatabase source)
            throws Exception {
        TestDatabase target = source.another("target");
        source.execute(
                "CREATE TABLE a (id int PRIMARY KEY, v text)",
                "CREATE TABLE b (id int PRIMARY KEY, v text)",
                "CREATE TABLE c (id int PRIMARY KEY, v text)");

        assertThat(run(configuration(
                        source, target, "rows: { a: v = 'x', b: now() > id, nowhere: id > 0, c: id > 0 }")))
                .isEqualTo(1);

        assertThat(sluice.log())
                .contains("the condition for public.a uses v", "REPLICA IDENTITY FULL; or USING INDEX")
                .contains("does not take the condition for public.b")
                .contains("rows: names public.nowhere, which is not followed")
                .doesNotContain("public.c");
        assertThat(source.value("SELECT count(*) FROM pg_publication")).isEqualTo("0");
    }

    @Test
    void aRoleThatReadsWhatSomebodyElsePublishesIsToldOfOtherConditionsOnly(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        String role = source.name() + "_reader";
        source.execute(
                "CREATE TABLE orders (id int PRIMARY KEY)",
                "INSERT INTO orders SELECT generate_series(1, 20)",
                "CREATE PUBLICATION " + source.name() + " FOR TABLE orders WHERE (id > 10)",
                "CREATE ROLE " + role + " LOGIN REPLICATION",
                "GRANT SELECT ON orders TO " + role);
        try {
            String url = source.server().url(role, source.name());
            assertThat(run(configuration(source, url, target, "rows: { orders: id > 5 }")))
                    .isEqualTo(1);
            assertThat(sluice.log()).contains("sends the rows (id > 10) of public.orders", "rows: names (id > 5)");
            assertThat(run(configuration(source, url, target, "rows: { orders: idd > 10 }")))
                    .isEqualTo(1);
            assertThat(sluice.log())
                    .contains("does not take the condition for public.orders")
                    .contains("idd");

            Path file = configuration(source, url, target, "rows: { orders: orders.id>10 }");
            sluice.catchUp(file);
            source.execute("INSERT INTO orders VALUES (0), (21)");
            sluice.catchUp(file);
            assertThat(target.value("SELECT count(*) FROM orders")).isEqualTo("11");

            source.execute("REVOKE TEMPORARY ON DATABASE " + source.name() + " FROM PUBLIC");
            assertThat(run(file)).isEqualTo(1);
            assertThat(sluice.log()).contains("GRANT TEMPORARY ON DATABASE");
        } finally {
            source.execute("DROP OWNED BY " + role, "DROP ROLE " + role);
        }
    }

    @Test
    void aTableThatWasDroppedHoldsNobodyUp(TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        source.execute("CREATE TABLE orders (id int PRIMARY KEY)", "CREATE TABLE others (id int PRIMARY KEY)");
        Path file = configuration(source, target, "rows: { orders: id > 10 }");
        sluice.catchUp(file);
        source.execute("DROP TABLE orders", "INSERT INTO others VALUES (1)");
        sluice.catchUp(file);
        assertThat(sluice.log()).contains("rows: names public.orders, which is not followed");
        assertThat(target.value("SELECT count(*) FROM others")).isEqualTo("1");
    }

    private int run(Path file) {
        return sluice.run("run", "-c", file.toString(), "--until-caught-up");
    }

    private Path configuration(TestDatabase source, TestDatabase target, String rows) throws Exception {
        return configuration(source, source.url(), target, rows);
    }

    private Path configuration(TestDatabase source, String url, TestDatabase target, String rows) throws Exception {
        return Files.writeString(
                directory.resolve("sluice.yaml"), """
                state: ./state
                pipelines:
                  filtered:
                    source:
                      type: postgres
                      url: "%s"
                      slot: %s
                      publication: %s
                      tables: ["public.*"]
                      %s
                    sinks:
                      replica: { type: postgres, url: "%s" }
                """.formatted(url, source.name(), source.name(), rows, target.url()));
    }
}
