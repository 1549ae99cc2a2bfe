package dev.sluice.bench.server;

import java.sql.SQLException;

/** The table of a workload on the server that peers write it to. For one thread. */
public final class Target implements AutoCloseable {
    private final BenchServer server;
    private final Workload workload;
    private final long filled;

    /**
     * Makes the table.
     *
     * @param filled how many of the workload's first rows are in it when a peer begins
     */
    public Target(BenchServer server, Workload workload, long filled) throws SQLException {
        this.server = server;
        this.workload = workload;
        this.filled = filled;
        workload.createIn(server);
    }

    /** Removes the rows and whatever Sluice keeps there about earlier runs. */
    public void empty() throws SQLException {
        server.execute("TRUNCATE " + Workload.TABLE, "DROP SCHEMA IF EXISTS sluice CASCADE", "CHECKPOINT");
    }

    /** Puts those rows into the empty table that are there before a peer begins. */
    public void fill() throws SQLException {
        if (filled > 0) {
            workload.fill(server, filled);
        }
    }

    /**
     * Fails unless the table holds what it should.
     *
     * @param expected see {@link Contents}
     */
    public void require(String expected, String peer) throws SQLException {
        String found = Contents.of(server, Workload.TABLE);
        if (!found.equals(expected)) {
            throw new IllegalStateException(
                    peer + " has made something else of it: " + found + " instead of " + expected);
        }
    }

    /** How many rows are there when a peer begins. */
    public long filled() {
        return filled;
    }

    public BenchServer server() {
        return server;
    }

    @Override
    public void close() throws SQLException {
        server.execute("DROP SCHEMA IF EXISTS sluice CASCADE");
        workload.dropFrom(server);
    }
}
