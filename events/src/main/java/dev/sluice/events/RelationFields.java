package dev.sluice.events;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;

/** What of a table's events is the same for all its rows, made once. Columns are counted as the relation counts them. */
final class RelationFields {
    private final SerializableString schema;
    private final SerializableString table;
    private final SerializableString[] names;
    private final ValueWriter[] writers;

    RelationFields(Relation relation) {
        schema = new SerializedString(relation.schema());
        table = new SerializedString(relation.name());
        int count = relation.columns().size();
        names = new SerializableString[count];
        writers = new ValueWriter[count];
        for (int i = 0; i < count; i++) {
            Column column = relation.columns().get(i);
            names[i] = new SerializedString(column.name());
            writers[i] = ValueWriters.of(column.type());
        }
    }

    SerializableString schema() {
        return schema;
    }

    SerializableString table() {
        return table;
    }

    SerializableString name(int column) {
        return names[column];
    }

    ValueWriter writer(int column) {
        return writers[column];
    }
}
