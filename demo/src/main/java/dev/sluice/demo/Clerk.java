package dev.sluice.demo;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Does the shop's business, one transaction at a time, over one connection. For one thread. */
final class Clerk implements AutoCloseable {
    private static final String DEADLOCK = "40P01";

    private final Connection connection;
    private final Shop shop;
    private final Random random;

    /** @param connection is closed with the clerk */
    Clerk(Connection connection, Shop shop, Random random) throws SQLException {
        this.connection = connection;
        this.shop = shop;
        this.random = random;
        connection.setAutoCommit(false);
    }

    /** @return whether it was committed, not rolled back */
    boolean work() throws SQLException {
        try {
            business(random.nextInt(100));
        } catch (SQLException e) {
            connection.rollback();
            if (DEADLOCK.equals(e.getSQLState())) {
                return false; // Two clerks met over the same rows; in a shop, too, one of them begins again.
            }
            throw e;
        }
        if (random.nextInt(50) == 0) {
            connection.rollback();
            return false;
        }
        connection.commit();
        return true;
    }

    private void business(int kind) throws SQLException {
        if (kind < 45) {
            placeOrder();
        } else if (kind < 75) {
            moveOrderOn();
        } else if (kind < 85) {
            reprice();
        } else if (kind < 91) {
            cancelOrder();
        } else if (kind < 94) {
            deleteCancelled();
        } else if (kind < 97) {
            customer();
        } else if (kind < 99) {
            describe();
        } else {
            renumberProduct();
        }
    }

    private void placeOrder() throws SQLException {
        Long order = one(
                "INSERT INTO orders (customer, total, note) SELECT id, 0, ? FROM customers WHERE id = ? RETURNING id",
                random.nextInt(4) == 0 ? "Leave it with the lock keeper \u2693" : null,
                1 + random.nextInt(shop.customers()));
        if (order == null) {
            return;
        }
        // In the order of their keys, so that clerks seldom wait for each other in a circle.
        TreeMap<Integer, Integer> basket = new TreeMap<>();
        for (int i = 0; i <= random.nextInt(5); i++) {
            basket.put(1 + random.nextInt(shop.products()), 1 + random.nextInt(4));
        }
        int line = 0;
        for (var item : basket.entrySet()) {
            line++;
            run("""
                    WITH sold AS (
                      UPDATE products SET stock = stock - ?, updated = now() WHERE sku = ? RETURNING sku, price)
                    INSERT INTO order_items SELECT ?, ?, sku, ?, price FROM sold
                    """, item.getValue(), sku(item.getKey()), order, line, item.getValue());
        }
        run(
                "UPDATE orders SET total = (SELECT coalesce(sum(quantity * price), 0) FROM order_items"
                        + " WHERE \"order\" = ?) WHERE id = ?",
                order,
                order);
    }

    private void moveOrderOn() throws SQLException {
        run("""
            UPDATE orders SET status = (enum_range(status, NULL))[2]
            WHERE id = ? AND status < 'delivered'
            """, someOrder());
    }

    private void reprice() throws SQLException {
        BigDecimal factor = BigDecimal.valueOf(0.9 + random.nextDouble() * 0.2).setScale(4, RoundingMode.HALF_UP);
        run(
                "UPDATE products SET price = round(price * ?, 2), stock = stock + 50, updated = now() WHERE sku = ?",
                factor,
                sku(1 + random.nextInt(shop.products())));
    }

    private void cancelOrder() throws SQLException {
        run("UPDATE orders SET status = 'cancelled', note = NULL WHERE id = ?", someOrder());
    }

    /** Their items go with them. */
    private void deleteCancelled() throws SQLException {
        run("""
            DELETE FROM orders WHERE id IN (
              SELECT id FROM orders WHERE status = 'cancelled' ORDER BY id LIMIT 5 FOR UPDATE SKIP LOCKED)
            """);
    }

    private void customer() throws SQLException {
        if (random.nextBoolean()) {
            run(
                    "INSERT INTO customers (email, name, address, interests) VALUES (?, ?, '{\"city\": \"Utrecht\"}', ?::text[])",
                    "new" + Long.toHexString(random.nextLong()) + "@example.com",
                    "Newcomer",
                    random.nextBoolean() ? "{}" : "{\"a \\\"quoted\\\" one\",NULL}");
        } else {
            run(
                    "UPDATE customers SET address = address || jsonb_build_object('floor', ?) WHERE id = ?",
                    random.nextInt(40),
                    1 + random.nextInt(shop.customers()));
        }
    }

    /** The one piece of business that touches the wide text. */
    private void describe() throws SQLException {
        run(
                "UPDATE products SET description = reverse(description), updated = now() WHERE sku = ?",
                sku(1 + random.nextInt(shop.products())));
    }

    /** A new key, which cascades to the items of its orders, and back again the next time. */
    private void renumberProduct() throws SQLException {
        int product = 1 + random.nextInt(shop.products());
        run("""
            UPDATE products SET sku = CASE WHEN sku LIKE 'OLD-%' THEN 'SKU-' ELSE 'OLD-' END || ?
            WHERE sku IN (?, ?)
            """, product, sku(product), "OLD-" + product);
    }

    private static String sku(int product) {
        return "SKU-" + product;
    }

    private long someOrder() throws SQLException {
        Long newest = one("SELECT max(id) FROM orders");
        return newest == null ? 0 : newest - (long) (random.nextDouble() * random.nextDouble() * newest);
    }

    private @Nullable Long one(String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : null;
            }
        }
    }

    private void run(String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, parameters);
            statement.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, @Nullable Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
