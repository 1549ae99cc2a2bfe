package dev.sluice.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Random;
import org.junit.jupiter.api.Test;

@PostgresTest
class WorkloadTest {
    private static final Shop SHOP = new Shop(200);

    @Test
    void theShopOpensWithRowsInAllOfItsTables(TestDatabase database) throws SQLException {
        open(database);

        assertThat(database.value("SELECT count(*) FROM customers")).isEqualTo("200");
        assertThat(database.value("SELECT count(*) FROM products")).isEqualTo("20");
        assertThat(database.value("SELECT count(*) FROM orders")).isEqualTo("300");
        assertThat(database.value("SELECT count(*) FROM orders WHERE total = 0"))
                .isEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"))
                .isEqualTo(Integer.toString(Shop.TABLES));
    }

    @Test
    void everyDescriptionIsStoredOutOfLine(TestDatabase database) throws SQLException {
        open(database);

        String outOfLine = database.value(
                "SELECT pg_relation_size(reltoastrelid) >= 20 * 4000 FROM pg_class" + " WHERE relname = 'products'");

        assertThat(outOfLine).isEqualTo("t");
    }

    @Test
    void aThousandTransactionsTouchEveryTableAndSomeAreRolledBack(TestDatabase database) throws SQLException {
        open(database);
        int committed = 0;
        try (Clerk clerk = new Clerk(database.connect(), SHOP, new Random(1))) {
            for (int i = 0; i < 1_000; i++) {
                committed += clerk.work() ? 1 : 0;
            }
        }

        assertThat(committed).isBetween(900, 999);
        assertThat(database.value("SELECT count(*) FROM customers")).isNotEqualTo("200");
        assertThat(database.value("SELECT count(*) FROM products WHERE sku LIKE 'OLD-%'"))
                .isNotEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM orders WHERE id > 300")).isNotEqualTo("0");
        assertThat(database.value("SELECT count(*) FROM order_items WHERE \"order\" > 300"))
                .isNotEqualTo("0");
        assertThat(database.value("SELECT 300 - count(*) FROM orders WHERE id <= 300"))
                .isNotEqualTo("0");
    }

    @Test
    void clerksWorkAtTheSameTimeAndFinishWhenItIsClosed(TestDatabase database) throws SQLException {
        open(database);
        Workload workload = new Workload(database::connect, SHOP, 400, 7);
        try (workload) {
            while (workload.committed() < 100 && workload.failure() == null) {
                Thread.onSpinWait();
            }
        }

        assertThat((Object) workload.failure()).isNull();
        assertThat(database.value("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"))
                .isEqualTo("0");
    }

    private static void open(TestDatabase database) throws SQLException {
        try (Connection connection = database.connect()) {
            SHOP.open(connection);
        }
    }
}
