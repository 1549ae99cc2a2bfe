package dev.sluice.bench.server;

import java.sql.SQLException;

/** A copy of a slot; dropped when closed. For one thread. */
public final class SlotCopy implements AutoCloseable {
    private final BenchServer server;
    private final String name;

    /** @param name letters, digits and underscores */
    SlotCopy(BenchServer server, String original, String name) throws SQLException {
        this.server = server;
        this.name = name;
        server.execute("SELECT pg_copy_logical_replication_slot('" + original + "', '" + name + "')");
    }

    public String name() {
        return name;
    }

    /** The reader's connection may have ended a moment ago; its walsender is given the time to notice. */
    @Override
    public void close() throws SQLException {
        server.execute(
                "SELECT pg_terminate_backend(active_pid, 10000) FROM pg_replication_slots WHERE slot_name = '" + name
                        + "' AND active",
                "SELECT pg_drop_replication_slot('" + name + "')");
    }
}
