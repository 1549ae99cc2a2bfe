package dev.sluice.bench.server;

import dev.sluice.engine.change.Position;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

/**
 * Rows that were written after a slot was made, all of them waiting in the WAL. Every reader gets its own copy of that one
 * slot, so that all read the same. Eight columns; in pgoutput's text form a row has about 190 bytes with its headers.
 * For one thread.
 */
public final class Backlog implements AutoCloseable {
    public static final String SCHEMA = "sluice_bench";

    public static final String PUBLICATION = "sluice_bench";

    private static final String SLOT = "sluice_bench_base";

    private static final String TABLE = """
            CREATE TABLE sluice_bench.rows (
              id bigint PRIMARY KEY, account integer NOT NULL, kind text NOT NULL, amount numeric(12,2) NOT NULL,
              happened timestamptz NOT NULL, reference uuid NOT NULL, note text NOT NULL, settled boolean NOT NULL)
            """;

    private static final String INSERT = """
            INSERT INTO sluice_bench.rows
            SELECT i, i % 100000, 'transfer', i % 1000000 / 100.0, timestamptz '2026-01-01' + i * interval '1 second',
              md5(i::text)::uuid, 'a note about transfer ' || i, i % 2 = 0
            FROM generate_series(?::bigint, ?::bigint) AS i
            """;

    private final BenchServer server;
    private Position end = Position.NONE;
    private long rows;

    /** Makes table, publication and slot; nothing is written yet. */
    public Backlog(BenchServer server) throws SQLException {
        this.server = server;
        close();
        server.execute(
                "CREATE SCHEMA sluice_bench",
                TABLE,
                "CREATE PUBLICATION sluice_bench FOR TABLE sluice_bench.rows",
                "SELECT pg_create_logical_replication_slot('" + SLOT + "', 'pgoutput')");
    }

    /** Writes so many more rows. */
    public void write(long count, long rowsPerTransaction) throws SQLException {
        try (Connection connection = server.connect();
                PreparedStatement insert = connection.prepareStatement(INSERT)) {
            long until = rows + count;
            while (rows < until) {
                long last = Math.min(until, rows + rowsPerTransaction);
                insert.setLong(1, rows + 1);
                insert.setLong(2, last);
                insert.executeUpdate();
                rows = last;
            }
        }
        end = now();
        // A little more WAL, so that there is something at the end even where a page begins there.
        server.execute("SELECT pg_logical_emit_message(false, 'sluice_bench', 'end')", "CHECKPOINT");
    }

    /** Where the WAL ends now. */
    public Position now() throws SQLException {
        return Position.boundary(Position.parseLsn(server.value("SELECT pg_current_wal_insert_lsn()")));
    }

    /** The configuration of a pipeline that reads it. */
    public Map<String, Object> configuration(Path state, String slot, Map<String, Object> sink) {
        Map<String, Object> source = Map.of(
                "type",
                "postgres",
                "url",
                server.url(),
                "tables",
                List.of(SCHEMA + ".*"),
                "slot",
                slot,
                "publication",
                PUBLICATION);
        Map<String, Object> pipeline = Map.of("source", source, "sinks", Map.of("out", sink));
        return Map.of("state", state.toString(), "pipelines", Map.of("bench", pipeline));
    }

    public long rows() {
        return rows;
    }

    /** Whoever has everything before it has all rows. */
    public Position end() {
        return end;
    }

    public BenchServer server() {
        return server;
    }

    /** A slot of its own for one reader, at the beginning of the backlog. */
    public SlotCopy slot(String reader) throws SQLException {
        return new SlotCopy(server, SLOT, "sluice_bench_" + reader);
    }

    @Override
    public void close() throws SQLException {
        server.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots"
                        + " WHERE slot_name LIKE 'sluice\\_bench\\_%' AND database = current_database() AND NOT active",
                "DROP PUBLICATION IF EXISTS sluice_bench", "DROP SCHEMA IF EXISTS sluice_bench CASCADE");
    }
}
