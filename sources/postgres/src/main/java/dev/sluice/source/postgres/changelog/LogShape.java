package dev.sluice.source.postgres.changelog;

import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.source.postgres.pgoutput.RelationMessage;
import dev.sluice.source.postgres.pgoutput.RelationMessage.ColumnDescription;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** The columns that a table had when rows of it were logged. Immutable. */
final class LogShape {
    private final RelationMessage message;
    private final int[] fields;
    private final int fieldCount;

    private LogShape(RelationMessage message, int[] fields, int fieldCount) {
        this.message = message;
        this.fields = fields;
        this.fieldCount = fieldCount;
    }

    /** How the slot would describe them; of a partition, as the table that is followed. */
    RelationMessage message() {
        return message;
    }

    /** Which of a row's fields one of those columns is. */
    int field(int column) {
        return fields[column];
    }

    /** How many fields a row has, generated columns included. */
    int fieldCount() {
        return fieldCount;
    }

    /**
     * One of {@code sluice.shape.columns}.
     *
     * @param place in the table that is followed
     */
    record LogColumn(String name, int place, long type, int modifier, boolean key, boolean generated) {}

    static LogShape of(long root, String schema, String table, ReplicaIdentity identity, List<LogColumn> columns) {
        List<Integer> order = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            if (!columns.get(i).generated()) {
                order.add(i);
            }
        }
        order.sort(Comparator.comparingInt(field -> columns.get(field).place()));
        List<ColumnDescription> described = order.stream()
                .map(columns::get)
                .map(column -> new ColumnDescription(
                        column.key() || identity == ReplicaIdentity.FULL,
                        column.name(),
                        column.type(),
                        column.modifier()))
                .toList();
        return new LogShape(
                new RelationMessage(root, schema, table, identity, described),
                order.stream().mapToInt(Integer::intValue).toArray(),
                columns.size());
    }
}
