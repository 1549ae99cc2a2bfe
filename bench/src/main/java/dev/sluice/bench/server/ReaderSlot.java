package dev.sluice.bench.server;

import java.sql.SQLException;

/** The slot of one reader; dropped when closed. For one thread. */
public final class ReaderSlot implements AutoCloseable {
    private final BenchServer server;
    private final String name;

    private ReaderSlot(BenchServer server, String name) {
        this.server = server;
        this.name = name;
    }

    /**
     * Where another one is.
     *
     * @param name letters, digits and underscores
     */
    static ReaderSlot copyOf(BenchServer server, String original, String name) throws SQLException {
        server.execute("SELECT pg_copy_logical_replication_slot('" + original + "', '" + name + "')");
        return new ReaderSlot(server, name);
    }

    /** Where the WAL ends now. */
    static ReaderSlot atEnd(BenchServer server, String name) throws SQLException {
        server.execute("SELECT pg_create_logical_replication_slot('" + name + "', 'pgoutput')");
        return new ReaderSlot(server, name);
    }

    /** Made later, by the reader itself. */
    static ReaderSlot toBeMade(BenchServer server, String name) {
        return new ReaderSlot(server, name);
    }

    public String name() {
        return name;
    }

    /** The reader's connection may have ended a moment ago; its walsender is given the time to notice. */
    @Override
    public void close() throws SQLException {
        String slot = " FROM pg_replication_slots WHERE slot_name = '" + name + "'";
        server.execute(
                "SELECT pg_terminate_backend(active_pid, 10000)" + slot + " AND active",
                "SELECT pg_drop_replication_slot(slot_name)" + slot);
    }
}
