package dev.sluice.testkit.change;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.Earlier;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** One table, column by column. For one thread. */
public final class RelationBuilder {
    private final String schema;
    private final String name;
    private final List<Column> columns = new ArrayList<>();
    private ReplicaIdentity identity = ReplicaIdentity.DEFAULT;
    private int highest;

    RelationBuilder(String schema, String name) {
        this.schema = schema;
        this.name = name;
    }

    /** A column of the key: not null, part of the replica identity. */
    public RelationBuilder key(String column, String type) {
        return add(column, Types.builtIn(type), type, true);
    }

    /** @param type a built-in type as in {@code pg_type.typname}, {@code _} before it for an array of it */
    public RelationBuilder column(String column, String type) {
        return column(column, Types.builtIn(type));
    }

    public RelationBuilder column(String column, DataType type) {
        return add(column, type, typeText(type), false);
    }

    /** The next column gets the number after this one: that of a column that was dropped. */
    public RelationBuilder dropped() {
        highest++;
        return this;
    }

    /** What earlier rows have in the column that was named last. NULL, if nothing is said. */
    public RelationBuilder earlier(Earlier value) {
        return last(column -> with(column, column.notNull(), value, column.defaultText()));
    }

    /** The column that was named last forbids NULL. */
    public RelationBuilder notNull() {
        return last(column -> with(column, true, column.earlier(), column.defaultText()));
    }

    /** What fills the column that was named last, as SQL. Nothing, if nothing is said. */
    public RelationBuilder byDefault(String expression) {
        return last(column -> with(column, column.notNull(), column.earlier(), expression));
    }

    private RelationBuilder last(UnaryOperator<Column> change) {
        columns.add(change.apply(columns.remove(columns.size() - 1)));
        return this;
    }

    private static Column with(Column column, boolean notNull, Earlier earlier, @Nullable String defaultText) {
        return new Column(
                column.name(),
                column.type(),
                column.modifier(),
                column.typeText(),
                column.key(),
                notNull,
                column.index(),
                column.number(),
                earlier,
                defaultText);
    }

    public RelationBuilder identity(ReplicaIdentity replicaIdentity) {
        identity = replicaIdentity;
        return this;
    }

    public Relation build() {
        long oid = 16384L + Math.floorMod((schema + "." + name).hashCode(), 1_000_000);
        return new Relation(oid, schema, name, identity, columns);
    }

    private RelationBuilder add(String column, DataType type, String typeText, boolean key) {
        columns.add(new Column(column, type, -1, typeText, key, key, columns.size(), ++highest, Earlier.NULL, null));
        return this;
    }

    private static String typeText(DataType type) {
        if (type instanceof DataType.Array array) {
            return typeText(array.element()) + "[]";
        }
        return type.isBuiltIn() ? type.name() : type.schema() + "." + type.name();
    }
}
