package dev.sluice.daemon.verify;

import dev.sluice.daemon.verify.RowCursor.Run;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Looks up single keys on one side. One thread, blocking. */
final class SideReader {
    private static final int PORTION = 5_000;

    private final Connection connection;
    private final TableSide side;

    SideReader(Connection connection, TableSide side) {
        this.connection = connection;
        this.side = side;
    }

    /** The rows of these keys by hash, as they are now; a key without rows is not in the result. */
    Map<RowKey, Map<String, Long>> rows(Collection<RowKey> keys) {
        return side.side().run("read rows of " + side.displayName(), () -> read(keys));
    }

    private Map<RowKey, Map<String, Long>> read(Collection<RowKey> keys) throws SQLException {
        Map<RowKey, Map<String, Long>> rows = new HashMap<>();
        boolean withNulls = keys.stream().anyMatch(RowKey::hasNull);
        List<RowKey> all = new ArrayList<>(keys);
        for (int from = 0; from < all.size(); from += PORTION) {
            List<RowKey> portion = all.subList(from, Math.min(all.size(), from + PORTION));
            try (PreparedStatement statement = connection.prepareStatement(side.rowsOf(withNulls))) {
                bind(statement, portion);
                try (ResultSet results = statement.executeQuery()) {
                    while (results.next()) {
                        Run run = RowCursor.run(results, side.keyColumns(), results.getLong(side.keyColumns() + 2));
                        rows.computeIfAbsent(run.key(), key -> new HashMap<>()).put(run.hash(), run.count());
                    }
                }
            }
        }
        return rows;
    }

    /** A hash of each column's value; of any one row where a key has several. */
    Map<RowKey, List<@Nullable String>> columns(List<RowKey> keys) {
        return side.side().run("read rows of " + side.displayName(), () -> readColumns(keys));
    }

    private Map<RowKey, List<@Nullable String>> readColumns(List<RowKey> keys) throws SQLException {
        Map<RowKey, List<@Nullable String>> columns = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(side.columnsOf())) {
            bind(statement, keys);
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    List<@Nullable String> hashes = new ArrayList<>();
                    for (int i = 1; i <= side.columns().size(); i++) {
                        hashes.add(results.getString(side.keyColumns() + i));
                    }
                    columns.put(RowCursor.run(results, side.keyColumns(), 1).key(), hashes);
                }
            }
        }
        return columns;
    }

    private void bind(PreparedStatement statement, List<RowKey> keys) throws SQLException {
        int parameters = Math.max(1, side.keyColumns());
        for (int i = 0; i < parameters; i++) {
            int column = i;
            @Nullable Object[] values = keys.stream().map(key -> key.values().get(column)).toArray();
            statement.setArray(i + 1, connection.createArrayOf("text", values));
        }
    }
}
