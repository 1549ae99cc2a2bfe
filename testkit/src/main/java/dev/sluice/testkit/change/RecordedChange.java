package dev.sluice.testkit.change;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.TupleCursor;
import dev.sluice.engine.change.ValueKind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One change with all its values in their text form: what fakes keep, what events are read back as.
 *
 * @param old what came of the old row; empty if nothing came
 * @param row the new row; columns that were not sent are left out; empty if there is none
 */
public record RecordedChange(
        Position position,
        Operation operation,
        String schema,
        String table,
        Map<String, @Nullable String> old,
        Map<String, @Nullable String> row) {

    public RecordedChange {
        old = Collections.unmodifiableMap(new LinkedHashMap<>(old));
        row = Collections.unmodifiableMap(new LinkedHashMap<>(row));
    }

    /** All changes of a batch. */
    public static List<RecordedChange> of(ChangeBatch batch) {
        TupleCursor cursor = new TupleCursor();
        List<RecordedChange> changes = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            Relation relation = batch.relation(i);
            cursor.toOld(batch, i);
            Map<String, @Nullable String> old = values(cursor);
            cursor.toRow(batch, i);
            Map<String, @Nullable String> row = values(cursor);
            changes.add(new RecordedChange(
                    batch.position(i), batch.operation(i), relation.schema(), relation.name(), old, row));
        }
        return changes;
    }

    /** The new row's value; null for NULL and for a column that was not sent. */
    public @Nullable String value(String column) {
        return row.get(column);
    }

    private static Map<String, @Nullable String> values(TupleCursor cursor) {
        Map<String, @Nullable String> values = new LinkedHashMap<>();
        while (cursor.next()) {
            if (cursor.kind() != ValueKind.ABSENT) {
                values.put(cursor.column().name(), cursor.kind() == ValueKind.NULL ? null : cursor.text());
            }
        }
        return values;
    }
}
