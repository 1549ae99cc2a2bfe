package dev.sluice.testkit.change;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.Earlier;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import java.util.ArrayList;
import java.util.List;

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
        Column last = columns.remove(columns.size() - 1);
        columns.add(new Column(
                last.name(),
                last.type(),
                last.modifier(),
                last.typeText(),
                last.key(),
                last.notNull(),
                last.index(),
                last.number(),
                value));
        return this;
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
        columns.add(new Column(column, type, -1, typeText, key, key, columns.size(), ++highest, Earlier.NULL));
        return this;
    }

    private static String typeText(DataType type) {
        if (type instanceof DataType.Array array) {
            return typeText(array.element()) + "[]";
        }
        return type.isBuiltIn() ? type.name() : type.schema() + "." + type.name();
    }
}
