package dev.sluice.bench.server;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Tables of one shape in a schema of their own, their publication, and the changes that are written to them. Removed, with
 * all slots, when closed. For one thread.
 */
public final class Workload implements AutoCloseable {
    private static final String NAME = "sluice_bench";

    /** The table of a workload that has one. */
    public static final String TABLE = NAME + ".rows";

    /** When a row was written, in microseconds since 1970; in workloads that measure how long it takes. */
    public static final String SENT = "sent";

    private static final int ROWS_PER_TRANSACTION = 1_000;
    private static final int ROWS_PER_STATEMENT = 100;
    private static final int MARKS = 20;
    private static final int TABLES_AT_ONCE = 250;
    private static final int ELSEWHERE = 99;

    private final BenchServer server;
    private final Shape shape;
    /** Of the schema and of the publication; slots begin with it. */
    private final String name;

    private final List<String> tables;
    private final String[] moreColumns;
    private long rows;

    private Workload(BenchServer server, Shape shape, String name, List<String> tables, String... moreColumns)
            throws SQLException {
        this.server = server;
        this.shape = shape;
        this.name = name;
        this.tables = tables;
        this.moreColumns = moreColumns;
        close();
        create(server);
        server.execute("CREATE PUBLICATION " + name);
        for (List<String> some : groups(tables.stream().distinct().toList())) {
            server.execute("ALTER PUBLICATION " + name + " ADD TABLE " + String.join(", ", some));
        }
    }

    /** Each takes a lock for every table until it commits, and a server has room for some thousands. */
    private static List<List<String>> groups(List<String> tables) {
        List<List<String>> groups = new ArrayList<>();
        for (int from = 0; from < tables.size(); from += TABLES_AT_ONCE) {
            groups.add(tables.subList(from, Math.min(tables.size(), from + TABLES_AT_ONCE)));
        }
        return groups;
    }

    /** One table. */
    public static Workload of(BenchServer server, Shape shape) throws SQLException {
        return new Workload(server, shape, NAME, List.of(TABLE));
    }

    /** One table whose rows say when they were {@link #SENT}. */
    public static Workload stamped(BenchServer server, Shape shape) throws SQLException {
        return new Workload(server, shape, NAME, List.of(TABLE), SENT + " bigint NOT NULL");
    }

    /** So many tables; rows are spread evenly, a hundred for each in turn. */
    public static Workload ofTables(BenchServer server, Shape shape, int count) throws SQLException {
        String name = "sluice_tables_" + count;
        return new Workload(
                server,
                shape,
                name,
                IntStream.rangeClosed(1, count)
                        .mapToObj(n -> name + ".rows_" + n)
                        .toList());
    }

    /** Two tables: one row in a hundred goes to {@link #TABLE}, the others to one beside it. */
    public static Workload mostlyElsewhere(BenchServer server, Shape shape) throws SQLException {
        List<String> tables = new ArrayList<>(Collections.nCopies(ELSEWHERE, NAME + ".others"));
        tables.add(TABLE);
        return new Workload(server, shape, NAME, tables);
    }

    /** The same table, empty, in a target. */
    public void createIn(BenchServer target) throws SQLException {
        create(target);
    }

    private void create(BenchServer where) throws SQLException {
        dropFrom(where);
        where.execute("CREATE SCHEMA " + name);
        try (Connection connection = where.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (List<String> some : groups(tables.stream().distinct().toList())) {
                for (String table : some) {
                    statement.execute(shape.createTable(table, moreColumns));
                }
                connection.commit();
            }
        }
    }

    /** Removes the tables there, some at a time. */
    void dropFrom(BenchServer where) throws SQLException {
        List<String> present =
                where.values("SELECT schemaname || '.' || tablename FROM pg_tables WHERE schemaname = '" + name + "'");
        for (List<String> some : groups(present)) {
            where.execute("DROP TABLE " + String.join(", ", some));
        }
        where.execute("DROP SCHEMA IF EXISTS " + name + " CASCADE");
    }

    public Shape shape() {
        return shape;
    }

    public BenchServer server() {
        return server;
    }

    public List<String> tables() {
        return tables;
    }

    /** Of its schema and of its publication. */
    public String name() {
        return name;
    }

    /** How many rows were inserted. */
    public long rows() {
        return rows;
    }

    /** So many more rows, in transactions of 1,000. */
    public Backlog insert(long count) throws SQLException {
        return insert(count, ROWS_PER_TRANSACTION, ROWS_PER_STATEMENT);
    }

    /** So many more rows in one transaction. */
    public Backlog insertAtOnce(long count) throws SQLException {
        return insert(count, count, count);
    }

    private Backlog insert(long count, long perTransaction, long perStatement) throws SQLException {
        Backlog backlog = new Backlog(this, "insert_" + rows);
        write(count, perTransaction, perStatement, written -> markSometimes(backlog, written, count, perTransaction));
        return finished(backlog, count, count);
    }

    /** The same rows each time, for an empty table, in transactions of 1,000; nobody reads them from a slot. */
    public void insertUnread(long count) throws SQLException {
        rows = 0;
        write(count, ROWS_PER_TRANSACTION, ROWS_PER_STATEMENT, written -> {});
    }

    private interface Committed {
        void told(long written) throws SQLException;
    }

    private void write(long count, long perTransaction, long perStatement, Committed committed) throws SQLException {
        try (Connection connection = server.connect()) {
            connection.setAutoCommit(false);
            List<PreparedStatement> inserts = prepare(connection);
            long written = 0;
            int table = 0;
            while (written < count) {
                long transaction = Math.min(count, written + perTransaction);
                while (written < transaction) {
                    long last = Math.min(transaction, written + perStatement);
                    PreparedStatement insert = inserts.get(table);
                    insert.setLong(1, rows + written + 1);
                    insert.setLong(2, rows + last);
                    insert.executeUpdate();
                    written = last;
                    table = (table + 1) % inserts.size();
                }
                connection.commit();
                committed.told(written);
            }
        }
        rows += count;
    }

    /** So many rows that nobody reads from a slot. */
    public void load(long count) throws SQLException {
        fill(server, count);
        rows += count;
    }

    /** A slot of its own for one reader, from now on. */
    public ReaderSlot slot(String reader) throws SQLException {
        return ReaderSlot.atEnd(server, name + "_" + reader);
    }

    /** A slot that a reader is to make by itself. */
    public ReaderSlot slotToBeMade(String reader) {
        return ReaderSlot.toBeMade(server, name + "_" + reader);
    }

    /**
     * The configuration of a pipeline that reads it.
     *
     * @param url of the server: over TCP or a Unix socket
     * @param slot its name
     * @param sinks by name
     */
    public Map<String, Object> configuration(
            String url, Path state, String slot, Map<String, Map<String, Object>> sinks) {
        Map<String, Object> source = new LinkedHashMap<>();
        source.put("type", "postgres");
        source.put("url", url);
        source.put("tables", List.of(name + ".*"));
        source.put("slot", slot);
        source.put("publication", name);
        Map<String, Object> pipeline = Map.of("source", source, "sinks", sinks);
        return Map.of("state", state.toString(), "pipelines", Map.of("bench", pipeline));
    }

    /** Rows as they were inserted, straight into a table that has the same shape. */
    public void fill(BenchServer target, long count) throws SQLException {
        try (Connection connection = target.connect();
                PreparedStatement insert = connection.prepareStatement(shape.insert(TABLE))) {
            insert.setLong(1, 1);
            insert.setLong(2, count);
            insert.executeUpdate();
        }
        target.execute("ANALYZE " + TABLE, "CHECKPOINT");
    }

    private List<PreparedStatement> prepare(Connection connection) throws SQLException {
        List<PreparedStatement> inserts = new ArrayList<>();
        for (String table : tables) {
            inserts.add(connection.prepareStatement(shape.insert(table)));
        }
        return inserts;
    }

    /** 60 % updates, 30 % inserts, 10 % deletes among the rows that are there, in transactions of 1,000 changes. */
    public Backlog mix(long changes) throws SQLException {
        Backlog backlog = new Backlog(this, "mix");
        long written = 0;
        long inserted = 0;
        try (Connection connection = server.connect();
                Mixture mixture = new Mixture(connection, shape, TABLE, rows)) {
            connection.setAutoCommit(false);
            while (written < changes) {
                for (int group = 0; group < ROWS_PER_TRANSACTION / Mixture.GROUP; group++) {
                    written += mixture.writeGroup();
                    inserted += Mixture.INSERTS;
                }
                connection.commit();
                markSometimes(backlog, written, changes, ROWS_PER_TRANSACTION);
            }
        }
        return finished(backlog, written, inserted);
    }

    private void markSometimes(Backlog backlog, long written, long all, long step) throws SQLException {
        long before = Math.max(0, written - step);
        if (written * MARKS / all != before * MARKS / all) {
            backlog.mark(written);
        }
    }

    private Backlog finished(Backlog backlog, long written, long inserted) throws SQLException {
        backlog.mark(written);
        backlog.finish(tables.size() == 1 ? Contents.of(server, tables.get(0)) : "", inserted);
        return backlog;
    }

    @Override
    public void close() throws SQLException {
        server.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE starts_with(slot_name, '"
                        + name + "_') AND database = current_database() AND NOT active",
                "DROP PUBLICATION IF EXISTS " + name);
        dropFrom(server);
    }
}
