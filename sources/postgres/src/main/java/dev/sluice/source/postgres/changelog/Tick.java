package dev.sluice.source.postgres.changelog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A moment that the server remembers: which transactions had committed by then. Between two of them lies a window.
 *
 * @param position the boundary of the stream where the window before it ends
 * @param from id of the first transaction that had not begun then: {@code pg_snapshot_xmax}
 * @param running ids, below that, of those that had not ended
 * @param snapshot as {@code pg_snapshot} prints it
 * @param micros when, in microseconds since 1970, by the server's clock
 */
record Tick(long position, long from, List<Long> running, String snapshot, long micros) {
    private static final String NEXT =
            "SELECT position, snapshot::text, (extract(epoch FROM ticked_at) * 1000000)::bigint"
                    + " FROM sluice.next_tick(?, ?)";

    private static final String AT =
            "SELECT position, snapshot::text, (extract(epoch FROM ticked_at) * 1000000)::bigint"
                    + " FROM sluice.tick WHERE position <= ? ORDER BY position DESC LIMIT 1";

    /**
     * The one after a position. Blocks.
     *
     * @param anyway whether to make one although nothing has happened; that one is after everything committed until now
     * @return null if there is none, as nothing has happened
     */
    static @Nullable Tick next(Connection connection, long after, boolean anyway) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(NEXT)) {
            statement.setLong(1, after);
            statement.setBoolean(2, anyway);
            return read(statement);
        }
    }

    /** The last one at or before a position; null if the server has forgotten it. Blocks. */
    static @Nullable Tick at(Connection connection, long position) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(AT)) {
            statement.setLong(1, position);
            return read(statement);
        }
    }

    private static @Nullable Tick read(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            if (!row.next() || row.getString(2) == null) {
                return null;
            }
            return of(row.getLong(1), row.getString(2), row.getLong(3));
        }
    }

    /** @param snapshot {@code xmin:xmax:xip,...}: PostgreSQL's manual, 9.27.6 */
    static Tick of(long position, String snapshot, long micros) {
        String[] parts = snapshot.split(":", -1);
        List<Long> running = parts[2].isEmpty()
                ? List.of()
                : Arrays.stream(parts[2].split(",")).map(Long::valueOf).toList();
        return new Tick(position, Long.parseLong(parts[1]), running, snapshot, micros);
    }

    /** Those that were running before, as SQL; some of them are committed now. */
    String runningAsArray() {
        return running.stream().map(String::valueOf).collect(Collectors.joining(",", "'{", "}'::bigint[]"));
    }
}
