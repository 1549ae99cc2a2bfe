package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;
import java.util.Collections;
import java.util.List;

/** Target tables that nobody has to make first. */
final class Targets {
    private Targets() {}

    /** To a table that looks just like the relation. */
    static TableMapping mapping(Relation relation) {
        List<String> key = relation.keyColumns().stream().map(Column::name).toList();
        TargetTable table = new TargetTable(
                relation.schema(),
                relation.name(),
                'r',
                relation.columns().stream().map(Targets::column).toList(),
                List.of(new UniqueIndex(key, Collections.nCopies(key.size(), "OPERATOR(pg_catalog.=)"))),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        return new TableMapping(relation, table);
    }

    private static TargetColumn column(Column column) {
        String schema = column.type().schema();
        String name = column.type().name();
        return new TargetColumn(
                column.name(),
                column.index() + 1,
                schema,
                name,
                column.modifier(),
                column.typeText(),
                schema,
                name,
                column.typeText(),
                column.notNull(),
                false,
                false,
                false);
    }
}
