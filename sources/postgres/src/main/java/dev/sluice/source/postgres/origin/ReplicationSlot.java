package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A row of {@code pg_replication_slots}.
 *
 * @param plugin null for a physical slot
 * @param database null for a physical slot
 * @param activePid the walsender that uses it
 * @param confirmedFlush before this the server has forgotten; null while the slot is being made
 * @param retainedBytes WAL that is kept for it
 * @param serverLsn where the server's WAL ends
 * @param walStatus {@code reserved}, {@code extended}, {@code unreserved} or {@code lost}
 * @param safeBytes how much WAL may still be written before the slot is in danger of being invalidated; null for no limit
 * @param invalidation why it is of no use any more, or null
 */
public record ReplicationSlot(
        String name,
        @Nullable String plugin,
        @Nullable String database,
        @Nullable Integer activePid,
        @Nullable Position confirmedFlush,
        long retainedBytes,
        long serverLsn,
        String walStatus,
        @Nullable Long safeBytes,
        @Nullable String invalidation) {
    /** Columns that came with later versions are read through the row as JSON, which has them or has not. */
    private static final String QUERY = """
            SELECT plugin, database, active_pid, confirmed_flush_lsn::text,
              coalesce(pg_wal_lsn_diff(here.lsn, restart_lsn), 0)::int8,
              (here.lsn - '0/0'::pg_lsn)::int8,
              coalesce(wal_status, 'lost'),
              safe_wal_size,
              CASE WHEN wal_status = 'lost' THEN coalesce(to_jsonb(s) ->> 'invalidation_reason', 'wal_removed')
                ELSE to_jsonb(s) ->> 'invalidation_reason' END
            FROM pg_replication_slots s,
              (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END) here(lsn)
            WHERE slot_name = ?
            """;

    public static Optional<ReplicationSlot> find(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Optional.of(read(name, row)) : Optional.empty();
            }
        }
    }

    private static ReplicationSlot read(String name, ResultSet row) throws SQLException {
        int pid = row.getInt(3);
        long safeBytes = row.getLong(8);
        boolean limited = !row.wasNull();
        String confirmed = row.getString(4);
        return new ReplicationSlot(
                name,
                row.getString(1),
                row.getString(2),
                pid == 0 ? null : pid,
                confirmed == null ? null : Position.parse(confirmed),
                Math.max(0, row.getLong(5)),
                row.getLong(6),
                row.getString(7),
                limited ? safeBytes : null,
                row.getString(9));
    }

    public boolean isActive() {
        return activePid != null;
    }
}
