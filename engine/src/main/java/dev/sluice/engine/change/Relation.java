package dev.sluice.engine.change;

import java.util.List;

/**
 * A table in one shape. When the table is altered the source makes a new one; batches keep the one in force when their
 * rows were written.
 *
 * @param oid {@code pg_class.oid} in the source
 * @param schema as the sink shall see it
 * @param name as the sink shall see it
 * @param identity which old values come with UPDATE and DELETE
 * @param columns in ascending {@link Column#index}
 */
public record Relation(long oid, String schema, String name, ReplicaIdentity identity, List<Column> columns) {
    public Relation {
        columns = List.copyOf(columns);
        for (int i = 1; i < columns.size(); i++) {
            if (columns.get(i - 1).index() >= columns.get(i).index()) {
                throw new IllegalArgumentException("columns of " + schema + "." + name + " are not in index order");
            }
        }
    }

    /** The columns by which a row is found again; empty for a table without a key. */
    public List<Column> keyColumns() {
        return columns.stream().filter(Column::key).toList();
    }

    /** For people, unquoted: {@code public.orders}. Never put this into SQL. */
    public String displayName() {
        return schema + "." + name;
    }
}
