package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.TupleCursor;
import dev.sluice.engine.change.ValueKind;
import java.util.ArrayList;
import java.util.List;

/** Names a change for a person: table, key and position. */
final class RowDescription {
    private static final int SHOWN_CHARACTERS = 60;

    private RowDescription() {}

    /** Such as {@code UPDATE of public.orders (id=7) at 0/16B3748:2}. */
    static String of(ChangeBatch batch, int change) {
        Relation relation = batch.relation(change);
        return batch.operation(change) + " of " + relation.displayName() + key(batch, change) + " at "
                + batch.position(change);
    }

    private static String key(ChangeBatch batch, int change) {
        TupleCursor cursor = new TupleCursor();
        if (!cursor.toRow(batch, change) && !cursor.toOld(batch, change)) {
            return "";
        }
        List<String> parts = new ArrayList<>();
        while (cursor.next()) {
            if (cursor.column().key()) {
                String value = cursor.kind() == ValueKind.TEXT
                        ? shortened(cursor.text())
                        : cursor.kind().name();
                parts.add(cursor.column().name() + "=" + value);
            }
        }
        return parts.isEmpty() ? " (a row without a key)" : " (" + String.join(", ", parts) + ")";
    }

    private static String shortened(String value) {
        if (value.length() <= SHOWN_CHARACTERS) {
            return value;
        }
        int end =
                Character.isHighSurrogate(value.charAt(SHOWN_CHARACTERS - 1)) ? SHOWN_CHARACTERS - 1 : SHOWN_CHARACTERS;
        return value.substring(0, end) + "...";
    }
}
