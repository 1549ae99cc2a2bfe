package dev.sluice.engine.change;

import java.util.List;
import java.util.function.Function;

/**
 * A table in one shape. When the table is altered the source makes a new one; batches keep the one in force when their
 * rows were written.
 *
 * @param oid {@code pg_class.oid} in the source
 * @param schema as the sink shall see it
 * @param name as the sink shall see it
 * @param identity which old values come with UPDATE and DELETE
 * @param columns in ascending {@link Column#index}
 * @param highest the highest {@link Column#number} that the table had given so far, to columns that are left out as well:
 *     one with a higher number was added later
 * @param narrowed whether columns that the table has are left out on the way to the sink
 */
public record Relation(
        long oid,
        String schema,
        String name,
        ReplicaIdentity identity,
        List<Column> columns,
        int highest,
        boolean narrowed) {
    public Relation {
        columns = List.copyOf(columns);
        for (int i = 1; i < columns.size(); i++) {
            if (columns.get(i - 1).index() >= columns.get(i).index()) {
                throw new IllegalArgumentException("columns of " + schema + "." + name + " are not in index order");
            }
        }
    }

    /** A table of which nothing is left out. */
    public Relation(long oid, String schema, String name, ReplicaIdentity identity, List<Column> columns, int highest) {
        this(oid, schema, name, identity, columns, highest, false);
    }

    /** A table that has no other columns. */
    public Relation(long oid, String schema, String name, ReplicaIdentity identity, List<Column> columns) {
        this(oid, schema, name, identity, columns, highestOf(columns));
    }

    /** The highest {@link Column#number} among these, 0 if none is known. */
    public static int highestOf(List<Column> columns) {
        return columns.stream().mapToInt(Column::number).max().orElse(0);
    }

    /** The same without some of its columns. */
    public Relation withColumns(List<Column> kept) {
        return new Relation(oid, schema, name, identity, kept, highest, true);
    }

    /** The same with other names. */
    public Relation withColumnsNamed(Function<Column, String> names) {
        List<Column> named = columns.stream()
                .map(column -> column.withName(names.apply(column)))
                .toList();
        return named.equals(columns) ? this : new Relation(oid, schema, name, identity, named, highest, narrowed);
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
