package dev.sluice.daemon.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.route.TableSelection;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.PostgresEndpoint;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.source.postgres.origin.PublishedTables;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@PostgresTest
class DatabaseComparisonTest {
    private static final Patience PATIENCE = new Patience(Duration.ofSeconds(5), 4, Duration.ofMillis(20));

    private static final String SHOP = """
            CREATE TYPE colour AS ENUM ('red', 'green');
            CREATE TABLE item (
              id int, part text, colour colour, price numeric, tags text[], data jsonb, at timestamptz, raw bytea,
              ratio float8, note text, PRIMARY KEY (part, id));
            """;
    private static final String ROWS = """
            INSERT INTO item SELECT i, (ARRAY['a', 'B', 'ä', '', '"q', E'\\U0001F600', E'\\uFFFD'])[1 + i % 7],
              (ARRAY['red', 'green'])[1 + i % 2]::colour, i / 7.0, ARRAY['x,y', NULL, i::text],
              jsonb_build_object('i', i), now(), decode(md5(i::text), 'hex'), 1.0 / (i + 1),
              CASE i % 3 WHEN 0 THEN '' WHEN 1 THEN repeat('long ', 2000) END
            FROM generate_series(1, 5000) AS i;
            """;

    @Test
    void equalTablesAreInStep(TestDatabase source) throws SQLException {
        TestDatabase target = source.another("target");
        source.execute(
                SHOP, "SET TimeZone = 'Asia/Tokyo'; " + ROWS.replace("now()", "timestamptz '2026-01-01 12:00Z'"));
        target.execute(SHOP, ROWS.replace("now()", "timestamptz '2026-01-01 12:00Z'"));

        VerifyReport report = compare(source, target, null);

        assertThat(report.summary()).isEqualTo("in step: 1 table, 5000 rows, 0 differences");
    }

    @Test
    void eachDifferenceIsNamedByItsKeyAndColumns(TestDatabase source) throws SQLException {
        TestDatabase target = source.another("target");
        String rows = "INSERT INTO item (id, part, note, price) SELECT i, 'p', '', 1 FROM generate_series(1, 6) AS i";
        source.execute(SHOP, rows);
        target.execute(
                SHOP,
                rows,
                "DELETE FROM item WHERE id = 2",
                "UPDATE item SET note = NULL, price = 1.0 WHERE id = 3",
                "UPDATE item SET id = 60 WHERE id = 6");

        VerifyReport report = compare(source, target, null);

        assertThat(report.inStep()).isFalse();
        assertThat(report.tables().get(0).first())
                .containsExactly(
                        new Difference(Difference.Kind.MISSING, "id=2, part=p", List.of()),
                        new Difference(Difference.Kind.DIFFERS, "id=3, part=p", List.of("price", "note")),
                        new Difference(Difference.Kind.MISSING, "id=6, part=p", List.of()),
                        new Difference(Difference.Kind.EXTRA, "id=60, part=p", List.of()));
        assertThat(report.summary()).isEqualTo("not in step: 1 table, 6 rows, 4 differences");
    }

    @Test
    void onlyTheFirstTenDifferencesAreShownButAllAreCounted(TestDatabase source) throws SQLException {
        TestDatabase target = source.another("target");
        source.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t SELECT generate_series(1, 7000)");
        target.execute("CREATE TABLE t (id int PRIMARY KEY)");

        TableReport table = compare(source, target, null).tables().get(0);

        assertThat(table.first()).hasSize(10);
        assertThat(table.differences()).isEqualTo(7000);
    }

    @Test
    void rowsThatAreThereTwiceInTheTargetAreFound(TestDatabase source) throws SQLException {
        TestDatabase target = source.another("target");
        source.execute("CREATE TABLE t (id int PRIMARY KEY, v text)", "INSERT INTO t VALUES (1, 'a'), (2, 'b')");
        target.execute("CREATE TABLE t (id int, v text)", "INSERT INTO t VALUES (1, 'a'), (2, 'b'), (2, 'b')");

        assertThat(compare(source, target, null).tables().get(0).first())
                .containsExactly(new Difference(Difference.Kind.EXTRA, "id=2", List.of()));
    }

    @Test
    void tablesWithoutAKeyAreComparedAsMultisets(TestDatabase source) throws SQLException {
        TestDatabase target = source.another("target");
        source.execute("CREATE TABLE t (v text)", "INSERT INTO t VALUES ('a'), ('a'), ('b'), (NULL), ('')");
        target.execute("CREATE TABLE t (v text)", "INSERT INTO t VALUES ('b'), ('a'), (NULL), (''), ('a')");

        assertThat(compare(source, target, null).summary()).isEqualTo("in step: 1 table, 5 rows, 0 differences");
        target.execute(
                "DELETE FROM t WHERE ctid = (SELECT min(ctid) FROM t WHERE v = 'a')", "INSERT INTO t VALUES ('c')");
        assertThat(compare(source, target, null).tables().get(0).first())
                .extracting(Difference::kind)
                .containsExactlyInAnyOrder(Difference.Kind.MISSING, Difference.Kind.EXTRA);
    }

    @Test
    void aTableOrColumnThatTheTargetLacksIsADifference(TestDatabase source) throws SQLException {
        TestDatabase target = source.another("target");
        source.execute("CREATE TABLE a (id int PRIMARY KEY)", "CREATE TABLE b (id int PRIMARY KEY, x int, y int)");
        target.execute("CREATE TABLE b (id int PRIMARY KEY)");

        VerifyReport report = compare(source, target, null);

        assertThat(report.tables())
                .flatExtracting(TableReport::problems)
                .containsExactly("the target has no such table", "the target lacks the columns x, y");
        assertThat(report.inStep()).isFalse();
    }

    @Test
    void whatTheDaemonIsStillApplyingIsNoDifference(TestDatabase source) throws SQLException {
        TestDatabase target = source.another("target");
        String rows = "INSERT INTO t SELECT i, i FROM generate_series(1, 100) AS i";
        source.execute("CREATE TABLE t (id int PRIMARY KEY, v int)", rows, "UPDATE t SET v = 0 WHERE id = 5");
        target.execute("CREATE TABLE t (id int PRIMARY KEY, v int)", rows);
        AtomicInteger looks = new AtomicInteger();
        TargetPosition daemon = () -> {
            // Reaches the comparison's position at the first look and applies the change only at the third.
            if (looks.incrementAndGet() == 3) {
                target.execute("UPDATE t SET v = 0 WHERE id = 5");
            }
            return looks.get() == 2 ? Position.NONE : Position.boundary(Long.MAX_VALUE);
        };

        assertThat(compare(source, target, daemon).summary()).isEqualTo("in step: 1 table, 100 rows, 0 differences");
        assertThat(looks).hasValueGreaterThanOrEqualTo(3);
    }

    @Test
    void aDifferenceThatStaysIsReportedWhileTheDaemonRuns(TestDatabase source) throws SQLException {
        TestDatabase target = source.another("target");
        source.execute("CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 1)");
        target.execute("CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 2)");

        VerifyReport report = compare(source, target, () -> Position.boundary(Long.MAX_VALUE));

        assertThat(report.differences()).isEqualTo(1);
    }

    @Test
    void aRowThatNeverRestsInTheSourceIsNotCalledDifferent(TestDatabase source) throws SQLException {
        TestDatabase target = source.another("target");
        source.execute("CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, 1)");
        target.execute("CREATE TABLE t (id int PRIMARY KEY, v int)", "INSERT INTO t VALUES (1, -1)");
        TargetPosition daemon = () -> {
            source.execute("UPDATE t SET v = v + 1");
            return Position.boundary(Long.MAX_VALUE);
        };

        TableReport table = compare(source, target, daemon).tables().get(0);

        assertThat(table.differences()).isZero();
        assertThat(table.unsettled()).isEqualTo(1);
        assertThat(table.inStep()).isFalse();
        assertThat(new VerifyReport(List.of(table)).summary())
                .isEqualTo("in step, but 1 row moved at every look and could not be compared:"
                        + " 1 table, 1 row, 0 differences");
    }

    @Test
    void aTargetThatIsOnlyBehindIsNotCalledDifferent(TestDatabase source) throws SQLException {
        TestDatabase target = source.another("target");
        source.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1), (2), (3)");
        target.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (1)");
        Patience impatient = new Patience(Duration.ZERO, 2, Duration.ofMillis(10));

        VerifyReport report = compare(source, target, () -> Position.boundary(16), impatient);

        TableReport table = report.tables().get(0);
        assertThat(table.differences()).isZero();
        assertThat(table.behind()).startsWith("the target is at 0/10").contains("not yet at");
        assertThat(report.inStep()).isFalse();
        assertThat(report.summary())
                .isEqualTo("not compared to the end, the target is behind; 2 rows left:"
                        + " 1 table, 3 rows, 0 differences");
    }

    @Test
    void typesThatHoldTheSameValuesInAnotherShapeAreNoDifference(TestDatabase source) throws SQLException {
        TestDatabase target = source.another("target");
        source.execute(
                "CREATE TABLE t (id numeric(10,2), code char(5), n int, d numeric(10,2), sum numeric(10,2),"
                        + " PRIMARY KEY (id, code))",
                "INSERT INTO t SELECT i, 'c' || i, i, i / 4.0, i FROM generate_series(1, 20) AS i");
        target.execute(
                "CREATE DOMAIN money_amount AS numeric(12,4)",
                "CREATE TABLE t (id numeric(12,4), code text, n numeric(8,1), d money_amount,"
                        + " sum numeric(12,4) GENERATED ALWAYS AS (n) STORED, PRIMARY KEY (id, code))",
                "INSERT INTO t SELECT i, rpad('c' || i, 5), i, i / 4.0 FROM generate_series(1, 20) AS i");

        assertThat(compare(source, target, null).summary()).isEqualTo("in step: 1 table, 20 rows, 0 differences");
        target.execute("UPDATE t SET d = 7.1234 WHERE id = 3");
        assertThat(compare(source, target, null).tables().get(0).first())
                .containsExactly(new Difference(Difference.Kind.DIFFERS, "id=3, code=c3", List.of("d")));
    }

    @Test
    void anErrorIsToldOfTheServerThatItCameFrom(TestDatabase source) throws SQLException {
        TestDatabase target = source.another("target");
        source.execute("CREATE TABLE t (id int PRIMARY KEY)");
        target.execute("CREATE TABLE t (id int PRIMARY KEY)");
        TargetPosition broken = () -> {
            throw new SQLException("permission denied", "42501");
        };

        assertThatThrownBy(() -> compare(source, target, broken))
                .isInstanceOfSatisfying(
                        SyncException.class, error -> assertThat(error.kind()).isEqualTo(ErrorKind.SINK_REFUSED))
                .hasMessageContaining("in the target");
    }

    private static VerifyReport compare(TestDatabase source, TestDatabase target, @Nullable TargetPosition follower)
            throws SQLException {
        return compare(source, target, follower, PATIENCE);
    }

    private static VerifyReport compare(
            TestDatabase source, TestDatabase target, @Nullable TargetPosition follower, Patience patience)
            throws SQLException {
        Connections left = new Connections(PostgresEndpoint.parse(source.url(), null), "verify test");
        Connections right = new Connections(PostgresEndpoint.parse(target.url(), null), "verify test");
        List<Relation> relations;
        try (Connection connection = left.open()) {
            relations = new TableCatalogue(connection)
                    .tables(TableSelection.all()).stream().map(Table::relation).toList();
        }
        List<TableReport> told = new ArrayList<>();
        Filling filling = follower == null ? null : new Filling(new PublishedTables("", "")::mark, follower);
        VerifyReport report = new DatabaseComparison(left, right, filling, patience).compare(relations, told::add);
        assertThat(told).isEqualTo(report.tables());
        return report;
    }
}
