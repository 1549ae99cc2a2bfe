package dev.sluice.events;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.SerializedString;
import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;

/** What of a table's events is the same for all its rows, made once. Columns are counted as the relation counts them. */
final class RelationFields {
    private final SerializableString readSource;
    private final SerializableString changeSource;
    private final SerializableString[] names;
    private final ValueWriter[] writers;

    RelationFields(String pipeline, String database, Relation relation) {
        readSource = Fragments.source(pipeline, database, relation.schema(), relation.name(), true);
        changeSource = Fragments.source(pipeline, database, relation.schema(), relation.name(), false);
        int count = relation.columns().size();
        names = new SerializableString[count];
        writers = new ValueWriter[count];
        for (int i = 0; i < count; i++) {
            Column column = relation.columns().get(i);
            names[i] = new SerializedString(column.name());
            writers[i] = ValueWriters.of(column.type());
        }
    }

    /** @param read whether the row was read by a first copy */
    SerializableString source(boolean read) {
        return read ? readSource : changeSource;
    }

    SerializableString name(int column) {
        return names[column];
    }

    ValueWriter writer(int column) {
        return writers[column];
    }
}
