package dev.sluice.source.postgres.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.route.TableSelection;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.PostgresEndpoint;
import dev.sluice.source.postgres.pgoutput.RelationMessage;
import dev.sluice.source.postgres.pgoutput.RelationMessage.ColumnDescription;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

@PostgresTest
class CatalogueDescriberTest {
    private static final int TABLES = 60;
    private static final int BIGINT = 20;
    private static final int NUMERIC = 1700;
    private static final int TWO_DIGITS = (8 << 16 | 2) + 4;

    private static final ColumnDescription ID = new ColumnDescription(true, "id", BIGINT, -1);
    private static final ColumnDescription AMOUNT = new ColumnDescription(false, "amount", NUMERIC, TWO_DIGITS);

    @Test
    void manyTablesAreReadAtOnceAndComeOutLikeOne(TestDatabase database) throws SQLException {
        makeTables(database);
        try (CatalogueDescriber describer = describer(database)) {
            for (int table = 0; table < TABLES; table++) {
                assertDescribed(describe(describer, database, table, 3, ID, AMOUNT), false);
            }
        }
    }

    @Test
    void whatWasReadHoldsForEarlierTransactionsAndIsAskedAboutAgainForLaterOnes(TestDatabase database)
            throws SQLException {
        makeTables(database);
        try (CatalogueDescriber describer = describer(database)) {
            for (int table = 0; table < TABLES - 1; table++) {
                describe(describer, database, table, 3, ID, AMOUNT);
            }
            database.execute("ALTER TABLE t" + (TABLES - 1) + " ALTER amount SET NOT NULL");
            long later = Long.parseLong(value(database, "SELECT pg_current_xact_id()::text"));
            assertDescribed(describe(describer, database, TABLES - 1, 3, ID, AMOUNT), false);
            assertDescribed(describe(describer, database, TABLES - 1, later, ID, AMOUNT), true);
        }
    }

    @Test
    void aMessageWithoutColumnsThatTheTableHasIsKnownToBeNarrower(TestDatabase database) throws SQLException {
        makeTables(database);
        try (CatalogueDescriber describer = describer(database)) {
            assertThat(describe(describer, database, 1, 3, ID).narrowed()).isTrue();
            assertThat(describe(describer, database, 1, 3, ID, AMOUNT).narrowed())
                    .isFalse();
        }
    }

    @Test
    void aMessageThatDiffersIsRight(TestDatabase database) throws SQLException {
        makeTables(database);
        try (CatalogueDescriber describer = describer(database)) {
            for (int table = 0; table < TABLES; table++) {
                describe(describer, database, table, 3, ID, AMOUNT);
            }
            ColumnDescription text = new ColumnDescription(false, "amount", 25, -1);
            ColumnDescription gone = new ColumnDescription(false, "gone", BIGINT, -1);
            List<Column> columns =
                    describe(describer, database, 1, 3, ID, gone, text).columns();
            assertThat(columns).extracting(Column::name).containsExactly("id", "gone", "amount");
            assertThat(columns).extracting(Column::typeText).containsExactly("bigint", "bigint", "text");
            assertThat(columns).extracting(Column::index).containsExactly(0, 1, 2);

            ColumnDescription keyless = new ColumnDescription(false, "id", BIGINT, -1);
            ColumnDescription key = new ColumnDescription(true, "amount", NUMERIC, TWO_DIGITS);
            assertThat(describe(describer, database, 2, 3, keyless, key).columns())
                    .extracting(Column::key)
                    .containsExactly(false, true);
        }
    }

    @Test
    void aTableThatIsNotAmongTheWantedOnesIsDescribedToo(TestDatabase database) throws SQLException {
        makeTables(database);
        try (CatalogueDescriber describer = describer(database, "public.t1*")) {
            for (int table = 0; table < TABLES; table++) {
                assertDescribed(describe(describer, database, table, 3, ID, AMOUNT), false);
            }
        }
    }

    private static void makeTables(TestDatabase database) throws SQLException {
        database.execute("DO $$ BEGIN FOR i IN 0.." + (TABLES - 1)
                + " LOOP EXECUTE format('CREATE TABLE t%s (id bigint PRIMARY KEY,"
                + " amount numeric(8,2))', i); END LOOP; END $$");
    }

    private static CatalogueDescriber describer(TestDatabase database) {
        return describer(database, "public.t*");
    }

    private static CatalogueDescriber describer(TestDatabase database, String wanted) {
        return new CatalogueDescriber(
                new Connections(PostgresEndpoint.parse(database.url(), null), "describer"),
                TableSelection.of(List.of(wanted)));
    }

    private static Relation describe(
            CatalogueDescriber describer, TestDatabase database, int table, long xid, ColumnDescription... columns)
            throws SQLException {
        long oid = Long.parseLong(value(database, "SELECT 't" + table + "'::regclass::oid"));
        return describer.describe(
                new RelationMessage(oid, "public", "t" + table, ReplicaIdentity.DEFAULT, List.of(columns)),
                xid,
                Map.of());
    }

    private static void assertDescribed(Relation relation, boolean amountIsNotNull) {
        assertThat(relation.columns()).extracting(Column::name).containsExactly("id", "amount");
        assertThat(relation.columns()).extracting(Column::typeText).containsExactly("bigint", "numeric(8,2)");
        assertThat(relation.columns()).extracting(Column::key).containsExactly(true, false);
        assertThat(relation.columns()).extracting(Column::notNull).containsExactly(true, amountIsNotNull);
    }

    private static String value(TestDatabase database, String query) throws SQLException {
        return Objects.requireNonNull(database.value(query));
    }
}
