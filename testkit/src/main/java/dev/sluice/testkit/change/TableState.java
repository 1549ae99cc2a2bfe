package dev.sluice.testkit.change;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a table with a key holds once changes have been applied in order: the plainest way that could be right, to compare
 * with. An insert of a key that is there replaces the row, so changes may repeat.
 */
public final class TableState {
    private TableState() {}

    /** The rows of one table, in the order in which they were first inserted. */
    public static List<Map<String, @Nullable String>> of(Relation relation, List<RecordedChange> changes) {
        List<String> key = relation.keyColumns().stream().map(Column::name).toList();
        Map<List<@Nullable String>, Map<String, @Nullable String>> rows = new LinkedHashMap<>();
        for (RecordedChange change : changes) {
            if (!change.schema().equals(relation.schema()) || !change.table().equals(relation.name())) {
                continue;
            }
            switch (change.operation()) {
                case READ, INSERT -> rows.put(pick(key, change.row()), new LinkedHashMap<>(change.row()));
                case UPDATE -> update(key, change, rows);
                case DELETE -> rows.remove(pick(key, change.old()));
                case TRUNCATE -> rows.clear();
            }
        }
        return new ArrayList<>(rows.values());
    }

    private static void update(
            List<String> key, RecordedChange change, Map<List<@Nullable String>, Map<String, @Nullable String>> rows) {
        Map<String, @Nullable String> keyed = change.old().isEmpty() ? change.row() : change.old();
        Map<String, @Nullable String> row = rows.remove(pick(key, keyed));
        Map<String, @Nullable String> merged = row == null ? new LinkedHashMap<>() : row;
        merged.putAll(change.row());
        rows.put(pick(key, change.row()), merged);
    }

    private static List<@Nullable String> pick(List<String> key, Map<String, @Nullable String> row) {
        List<@Nullable String> values = new ArrayList<>();
        for (String column : key) {
            values.add(row.get(column));
        }
        return values;
    }
}
