package dev.sluice.engine.route;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Decides which changes a sink gets and which of their columns. Looks at relations and operations, never at a value, and
 * at each relation only once. Safe for any thread: tables of a first copy come on several at once.
 */
public final class Route {
    private static final int REMEMBERED_RELATIONS = 100_000;

    private final TableSelection tables;
    private final Set<Operation> operations;
    private final List<ColumnRule> columnRules;
    private final Map<Relation, Relation> shapes = new IdentityHashMap<>();

    private Route(TableSelection tables, Set<Operation> operations, List<ColumnRule> columnRules) {
        this.tables = tables;
        this.operations = operations;
        this.columnRules = columnRules;
    }

    private record ColumnRule(TableSelection tables, List<String> patterns) {
        boolean keeps(Column column) {
            boolean kept = false;
            for (String pattern : patterns) {
                if (pattern.startsWith("!")) {
                    if (new Glob(pattern.substring(1)).matches(column.name())) {
                        return column.key();
                    }
                } else {
                    kept |= new Glob(pattern).matches(column.name());
                }
            }
            return kept || column.key();
        }
    }

    /** Everything, as it is. */
    public static Route everything() {
        return of(RouteConfig.EVERYTHING);
    }

    /** Fails with CONFIGURATION when a pattern or an operation cannot be read. */
    public static Route of(RouteConfig config) {
        List<ColumnRule> rules = new ArrayList<>();
        if (config.columns() != null) {
            config.columns()
                    .forEach((table, columns) ->
                            rules.add(new ColumnRule(TableSelection.of(List.of(table)), List.copyOf(columns))));
        }
        return new Route(
                config.tables() == null ? TableSelection.all() : TableSelection.of(config.tables()),
                config.operations() == null ? EnumSet.allOf(Operation.class) : operations(config.operations()),
                rules);
    }

    private static Set<Operation> operations(List<String> names) {
        EnumSet<Operation> operations = EnumSet.noneOf(Operation.class);
        for (String name : names) {
            switch (name.toLowerCase(Locale.ROOT)) {
                case "insert" -> operations.addAll(EnumSet.of(Operation.INSERT, Operation.READ));
                case "update" -> operations.add(Operation.UPDATE);
                case "delete" -> operations.add(Operation.DELETE);
                case "truncate" -> operations.add(Operation.TRUNCATE);
                default ->
                    throw new SyncException(
                            ErrorKind.CONFIGURATION,
                            "operations: \"" + name + "\" is none of insert, update, delete, truncate");
            }
        }
        return operations;
    }

    /** Whether rows of this table get through at all. */
    public boolean includes(Relation relation) {
        return tables.includes(relation.schema(), relation.name());
    }

    /** The relation as the sink sees it. The same object for the same relation, as long as it is remembered. */
    public Relation shape(Relation relation) {
        return columnRules.isEmpty() ? relation : remembered(relation);
    }

    private synchronized Relation remembered(Relation relation) {
        if (shapes.size() > REMEMBERED_RELATIONS) {
            shapes.clear();
        }
        return shapes.computeIfAbsent(relation, this::reshape);
    }

    private Relation reshape(Relation relation) {
        List<Column> columns = relation.columns();
        for (ColumnRule rule : columnRules) {
            if (rule.tables().includes(relation.schema(), relation.name())) {
                columns = columns.stream().filter(rule::keeps).toList();
            }
        }
        return columns.size() == relation.columns().size() ? relation : relation.withColumns(columns);
    }

    /** What the sink gets of a batch; it moves the position as far as the batch itself, even when nothing is left. */
    public ChangeBatch apply(ChangeBatch batch) {
        return select(batch).withRelations(this::shape);
    }

    private ChangeBatch select(ChangeBatch batch) {
        List<Relation> relations = batch.relations();
        boolean[] included = new boolean[relations.size()];
        boolean all = operations.size() == Operation.values().length;
        for (int i = 0; i < included.length; i++) {
            included[i] = includes(relations.get(i));
            all &= included[i];
        }
        if (all) {
            return batch;
        }
        int[] kept = new int[batch.size()];
        int count = 0;
        for (int change = 0; change < batch.size(); change++) {
            if (included[batch.relationIndex(change)] && operations.contains(batch.operation(change))) {
                kept[count++] = change;
            }
        }
        return batch.select(kept, count);
    }
}
