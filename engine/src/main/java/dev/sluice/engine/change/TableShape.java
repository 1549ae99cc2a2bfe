package dev.sluice.engine.change;

import java.util.List;

/**
 * How a table looks to whoever reads its changes. Immutable.
 *
 * @param relation OID of the table in the source
 * @param schema as the sink sees it, unquoted
 * @param table its name as the sink sees it, unquoted
 * @param columns in the order in which events have them
 */
public record TableShape(long relation, String schema, String table, List<ShapeColumn> columns) {
    public TableShape {
        columns = List.copyOf(columns);
    }

    /**
     * @param number {@code attnum}, 0 if it is not known
     * @param type with its modifier, as {@link Column#typeText}
     * @param key whether it belongs to the replica identity
     */
    public record ShapeColumn(int number, String name, String type, boolean key) {
        /** Whether both are one column, whatever it is called. */
        boolean isSame(ShapeColumn other) {
            return number != 0 && other.number != 0 ? number == other.number : name.equals(other.name);
        }

        private boolean isLike(ShapeColumn other) {
            return isSame(other) && name.equals(other.name) && type.equals(other.type) && key == other.key;
        }
    }

    public static TableShape of(Relation relation) {
        List<ShapeColumn> columns = relation.columns().stream()
                .map(column -> new ShapeColumn(column.number(), column.name(), column.typeText(), column.key()))
                .toList();
        return new TableShape(relation.oid(), relation.schema(), relation.name(), columns);
    }

    /** Whether a reader of changes could not tell them apart. */
    public boolean isLike(TableShape other) {
        if (relation != other.relation
                || !schema.equals(other.schema)
                || !table.equals(other.table)
                || columns.size() != other.columns.size()) {
            return false;
        }
        for (int i = 0; i < columns.size(); i++) {
            if (!columns.get(i).isLike(other.columns.get(i))) {
                return false;
            }
        }
        return true;
    }

    public boolean hasNameOf(TableShape other) {
        return schema.equals(other.schema) && table.equals(other.table);
    }

    /** For people, unquoted. Never put this into SQL. */
    public String displayName() {
        return schema + "." + table;
    }
}
