package dev.sluice.source.postgres.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.route.TableSelection;
import dev.sluice.engine.source.TableCopy;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.PostgresEndpoint;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.postgresql.jdbc.PgConnection;

@PostgresTest
class ChunkPlanTest {
    @Test
    void ofPagesWhoseRowsWereUpdatedThoseCountThatStillLieInOrder() {
        assertThat(ChunkPlan.inOrder(List.of())).isEmpty();
        assertThat(ChunkPlan.inOrder(List.of(1L, 5L, 9L))).containsExactly(1L, 5L, 9L);
        assertThat(ChunkPlan.inOrder(List.of(1L, 900L, 5L, 5L, 9L, 2L, 14L, 3L, 7L)))
                .containsExactly(1L, 5L, 5L, 9L, 14L);
    }

    @Test
    void rowsInNoOrderAreReadByPageUnlessChunksByKeyAreHeld(TestDatabase database) throws SQLException {
        database.execute(
                "CREATE TABLE t (id bigint PRIMARY KEY, v text)",
                "INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 20000) i ORDER BY hashint8(i)",
                "VACUUM ANALYZE t");
        assertThat(plan(database, false))
                .allSatisfy(copy -> assertThat(copy.chunk().range()).isNull());
        assertThat(plan(database, true))
                .allSatisfy(copy -> assertThat(copy.chunk().range()).isNotNull());
    }

    /** Of table t, in chunks of 64 kB. */
    private static List<TableCopy> plan(TestDatabase database, boolean begun) throws SQLException {
        try (PgConnection connection =
                new Connections(PostgresEndpoint.parse(database.url(), null), "plan").openForQueries()) {
            connection.setAutoCommit(false);
            TableCatalogue catalogue = new TableCatalogue(connection);
            List<Table> tables = catalogue.tables(TableSelection.of(List.of("public.t")));
            long oid = tables.get(0).oid();
            Set<Long> held = begun ? Set.of(oid) : Set.of();
            return ChunkPlan.make(connection, tables, catalogue.sizes(List.of(oid)), 64 << 10, held)
                    .copies();
        }
    }

    @Test
    void boundsOfKeyRangesAreReadFromTheirPagesNotLookedForInTheIndex(TestDatabase database) throws SQLException {
        database.execute(
                "CREATE TABLE t (id bigint PRIMARY KEY, v text)",
                "INSERT INTO t SELECT i, repeat('x', 100) FROM generate_series(1, 20000) i",
                "VACUUM ANALYZE t");
        try (PgConnection connection =
                new Connections(PostgresEndpoint.parse(database.url(), null), "plan").openForQueries()) {
            connection.setAutoCommit(false);
            TableCatalogue catalogue = new TableCatalogue(connection);
            List<Table> tables = catalogue.tables(TableSelection.of(List.of("public.t")));
            List<TableCopy> copies = ChunkPlan.make(
                            connection,
                            tables,
                            catalogue.sizes(List.of(tables.get(0).oid())),
                            64 << 10,
                            Set.of())
                    .copies();
            assertThat(copies).hasSizeGreaterThan(20);
            assertThat(copies)
                    .allSatisfy(copy -> assertThat(copy.chunk().range()).isNotNull());
            try (Statement statement = connection.createStatement();
                    ResultSet scans = statement.executeQuery(
                            "SELECT coalesce(idx_scan, 0) FROM pg_stat_xact_user_tables WHERE relname = 't'")) {
                assertThat(scans.next()).isTrue();
                assertThat(scans.getLong(1)).isZero();
            }
        }
    }
}
