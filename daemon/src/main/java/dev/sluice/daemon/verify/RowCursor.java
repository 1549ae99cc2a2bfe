package dev.sluice.daemon.verify;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keys and hashes of one table in order, fetched in portions; the connection is inside a transaction. One thread. */
final class RowCursor implements AutoCloseable {
    private static final int PORTION = 2_000;

    private final Side side;
    private final String doing;
    private final PreparedStatement statement;
    private final ResultSet results;
    private final int keyColumns;
    private @Nullable Run next;
    private long rows;

    /** Equal rows of one key. */
    record Run(RowKey key, String hash, long count) implements Comparable<Run> {
        @Override
        public int compareTo(Run other) {
            int order = key.compareTo(other.key);
            return order != 0 ? order : hash.compareTo(other.hash);
        }
    }

    RowCursor(Connection connection, TableSide table) {
        side = table.side();
        doing = "read " + table.displayName();
        keyColumns = table.keyColumns();
        statement = side.run(doing, () -> connection.prepareStatement(table.orderedRows()));
        results = side.run(doing, () -> query(statement));
        next = fetch();
    }

    private static ResultSet query(PreparedStatement statement) throws SQLException {
        try {
            statement.setFetchSize(PORTION);
            return statement.executeQuery();
        } catch (SQLException e) {
            statement.close();
            throw e;
        }
    }

    /** The next run of equal rows, or null at the end. */
    @Nullable Run next() {
        Run first = next;
        if (first == null) {
            return null;
        }
        long count = 1;
        next = fetch();
        while (next != null && next.compareTo(first) == 0) {
            count++;
            next = fetch();
        }
        return new Run(first.key(), first.hash(), count);
    }

    /** How many rows have been read. */
    long rows() {
        return rows;
    }

    private @Nullable Run fetch() {
        return side.<Optional<Run>>run(doing, this::read).orElse(null);
    }

    private Optional<Run> read() throws SQLException {
        if (!results.next()) {
            return Optional.empty();
        }
        rows++;
        return Optional.of(run(results, keyColumns, 1));
    }

    /** One row of {@link TableSide#orderedRows} or {@link TableSide#rowsOf}. */
    static Run run(ResultSet row, int keyColumns, long count) throws SQLException {
        List<@Nullable String> key = new ArrayList<>(keyColumns);
        for (int i = 1; i <= keyColumns; i++) {
            key.add(row.getString(i));
        }
        String hash = row.getString(keyColumns + 1);
        return new Run(keyColumns == 0 ? new RowKey(List.of(hash)) : new RowKey(key), hash, count);
    }

    @Override
    public void close() {
        side.tell(doing, statement::close);
    }
}
