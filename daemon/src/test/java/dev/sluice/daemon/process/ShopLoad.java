package dev.sluice.daemon.process;

import dev.sluice.testkit.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Transactions over several tables, from a seed, until stopped: inserts, updates that leave a TOASTed column alone, key
 * changes, deletes, rollbacks, now and then a large one. {@code journal} has no key and is only inserted into, so that a
 * row applied twice shows.
 */
final class ShopLoad implements AutoCloseable {
    static final List<String> TABLES = List.of("customers", "orders", "journal", "archive");

    private static final int SEEDED_ROWS = 150_000;

    private final List<Future<Long>> workers = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private volatile boolean stopped;

    private ShopLoad() {}

    static void createTables(PostgresServer server, String database) throws SQLException {
        server.execute(
                database,
                "CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, notes text, balance numeric(12,2))",
                "ALTER TABLE customers ALTER COLUMN notes SET STORAGE EXTERNAL",
                "CREATE TABLE orders (id bigserial PRIMARY KEY, customer bigint, total numeric, placed timestamptz"
                        + " DEFAULT clock_timestamp())",
                "CREATE TABLE journal (worker int, line bigint, what text)",
                "ALTER TABLE journal REPLICA IDENTITY FULL",
                "CREATE TABLE archive (id bigint PRIMARY KEY, body text)",
                "INSERT INTO customers SELECT i, 'customer ' || i, repeat(md5(i::text), 200), i"
                        + " FROM generate_series(1, 1000) i",
                "INSERT INTO archive SELECT i, repeat(md5(i::text), 12) FROM generate_series(1, " + SEEDED_ROWS + ") i",
                "ANALYZE");
    }

    static ShopLoad start(PostgresServer server, String database, int workers, long seed) {
        ShopLoad load = new ShopLoad();
        for (int worker = 0; worker < workers; worker++) {
            int number = worker;
            Callable<Long> work = () -> load.work(server, database, number, new Random(seed + number));
            load.workers.add(load.threads.submit(work));
        }
        return load;
    }

    private long work(PostgresServer server, String database, int worker, Random random) throws SQLException {
        long line = 0;
        try (Connection connection = server.connect(database);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stopped) {
                statement.execute("INSERT INTO journal VALUES (" + worker + ", " + line++ + ", 'begun')");
                for (int i = random.nextInt(5); i >= 0; i--) {
                    statement.execute(statement(worker, random));
                }
                if (random.nextInt(10) == 0) {
                    connection.rollback();
                    line--;
                } else {
                    connection.commit();
                }
            }
            connection.commit();
        }
        return line;
    }

    /** Each worker has customers of its own, so that workers never wait for each other. */
    private static String statement(int worker, Random random) {
        long customer = 10_000L * (worker + 1) + random.nextInt(400);
        long seeded = 1 + worker * 400L + random.nextInt(400);
        return switch (random.nextInt(10)) {
            case 0, 1 ->
                "INSERT INTO customers VALUES (" + customer + ", 'new', repeat('x', " + random.nextInt(9000)
                        + "), 0) ON CONFLICT (id) DO UPDATE SET name = customers.name || '+'";
            case 2, 3, 4 -> "UPDATE customers SET balance = balance + 1.25 WHERE id = " + seeded;
            case 5 ->
                "UPDATE customers SET id = id + 1000000 WHERE id = " + customer
                        + " AND NOT EXISTS (SELECT FROM customers c WHERE c.id = " + (customer + 1_000_000) + ")";
            case 6 -> "DELETE FROM customers WHERE id IN (" + customer + ", " + (customer + 1_000_000) + ")";
            case 7 ->
                "INSERT INTO orders (customer, total) SELECT " + seeded + ", random() FROM generate_series(1, "
                        + (random.nextInt(20) == 0 ? 5_000 : 3) + ")";
            case 8 -> "UPDATE orders SET total = total + 1 WHERE customer = " + seeded;
            default -> "DELETE FROM orders WHERE customer = " + seeded + " AND total < 0.5";
        };
    }

    /** Ends after the transactions under way. @return lines committed to {@code journal} */
    long stop() throws InterruptedException, ExecutionException {
        stopped = true;
        long lines = 0;
        for (Future<Long> worker : workers) {
            lines += worker.get();
        }
        return lines;
    }

    @Override
    public void close() {
        stopped = true;
        threads.shutdown();
    }
}
