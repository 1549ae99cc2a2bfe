package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A relation of the source bound to its table in the target: which columns are written, and with which SQL. Immutable. */
final class TableMapping {
    private final Relation relation;
    private final TargetTable target;
    private final List<Mapped> columns;
    private final boolean[] written;
    private final boolean[] key;
    private final int keyCount;
    private final boolean copying;
    private final TableStatements statements;

    /**
     * One column that is written.
     *
     * @param number among the relation's columns
     * @param equality operator that compares it in the key's index; empty outside the key
     */
    record Mapped(int number, TargetColumn column, boolean key, String equality) {}

    /** @param target without {@link TableFit#problems} */
    TableMapping(Relation relation, TargetTable target) {
        this(relation, target, columns(relation, target), false);
    }

    private TableMapping(Relation relation, TargetTable target, List<Mapped> columns, boolean copying) {
        this.relation = relation;
        this.target = target;
        this.columns = columns;
        this.copying = copying;
        this.written = new boolean[relation.columns().size()];
        columns.forEach(column -> written[column.number()] = true);
        this.key = new boolean[relation.columns().size()];
        int keys = 0;
        for (int i = 0; i < key.length; i++) {
            key[i] = relation.columns().get(i).key();
            keys += key[i] ? 1 : 0;
        }
        this.keyCount = keys;
        this.statements = new TableStatements(
                target.sqlName(), columns, copying ? TableStatements.MARKED : TableStatements.NUMBERED);
    }

    /** The same for the blocking driver, which can COPY. */
    TableMapping forCopying() {
        return new TableMapping(relation, target, columns, true);
    }

    private static List<Mapped> columns(Relation relation, TargetTable target) {
        UniqueIndex index = target.uniqueIndexOn(
                        relation.keyColumns().stream().map(Column::name).collect(Collectors.toSet()))
                .orElse(null);
        List<Mapped> mapped = new ArrayList<>();
        for (int i = 0; i < relation.columns().size(); i++) {
            Column column = relation.columns().get(i);
            TargetColumn found = target.column(column.name()).orElseThrow();
            if (!found.generated()) {
                String equality = column.key() && index != null ? index.operator(column.name()) : "";
                mapped.add(new Mapped(i, found, column.key(), equality));
            }
        }
        return List.copyOf(mapped);
    }

    /** With the names that its columns have in the target. */
    Relation relation() {
        return relation;
    }

    TargetTable target() {
        return target;
    }

    /** The columns that are written, in the relation's order. */
    List<Mapped> columns() {
        return columns;
    }

    /** Whether rows are found again by a key. */
    boolean isKeyed() {
        return keyCount > 0;
    }

    /** Number of columns of the key. */
    int keyCount() {
        return keyCount;
    }

    /** Whether rows that are not there yet go by COPY, and so all statements to the blocking driver. */
    boolean isForCopying() {
        return copying;
    }

    boolean isKey(int columnNumber) {
        return key[columnNumber];
    }

    /** Whether a column of the relation is among {@link #columns}. */
    boolean isWritten(int columnNumber) {
        return written[columnNumber];
    }

    TableStatements statements() {
        return statements;
    }

    /** @param verb such as "delete from" */
    Statement statement(String sql, String verb, RowArrays rows) {
        return new Statement(sql, verb + " " + target.displayName(), rows.parameters(), null);
    }

    /** Rows that are not there yet. */
    Statement copy(Statement.Rows rows) {
        return new Statement(statements.copy(), "copy to " + target.displayName(), List.of(), rows);
    }
}
