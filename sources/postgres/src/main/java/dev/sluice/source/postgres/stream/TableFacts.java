package dev.sluice.source.postgres.stream;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.postgres.TableColumns;
import dev.sluice.postgres.TypeCatalogue;
import dev.sluice.source.postgres.pgoutput.RelationMessage;
import dev.sluice.source.postgres.pgoutput.RelationMessage.ColumnDescription;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the catalog says of one table at one moment.
 *
 * @param columns in order, without generated ones; none if the table is gone
 * @param highestGenerated the highest number of a generated column, 0 if there is none
 * @param types those of the columns
 */
record TableFacts(List<Column> columns, int highestGenerated, TypeCatalogue types) {
    /** The facts by table. */
    static Map<Long, TableFacts> of(Map<Long, TableColumns> columns, TypeCatalogue types) {
        Map<Long, TableFacts> facts = new HashMap<>();
        columns.forEach((oid, table) -> facts.put(oid, of(table, types)));
        return facts;
    }

    static TableFacts of(TableColumns columns, TypeCatalogue types) {
        return new TableFacts(columns.plain(), columns.highestGenerated(), types);
    }

    /** The column of this name, if it is there; {@code hint} is where it probably is. */
    @Nullable Column column(String name, int hint) {
        if (hint < columns.size() && columns.get(hint).name().equals(name)) {
            return columns.get(hint);
        }
        for (Column column : columns) {
            if (column.name().equals(name)) {
                return column;
            }
        }
        return null;
    }

    /** Whether the message has the very columns that are here: names, types, modifiers, and the key as far as it tells. */
    boolean fits(RelationMessage message) {
        if (message.columns().size() != columns.size()) {
            return false;
        }
        boolean tellsKey = message.identity() != ReplicaIdentity.FULL && message.identity() != ReplicaIdentity.NOTHING;
        for (int i = 0; i < columns.size(); i++) {
            Column present = columns.get(i);
            ColumnDescription described = message.columns().get(i);
            if (!present.name().equals(described.name())
                    || present.type().oid() != described.type()
                    || present.modifier() != described.modifier()
                    || tellsKey && present.key() != described.key()) {
                return false;
            }
        }
        return true;
    }
}
