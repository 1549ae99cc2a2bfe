package dev.sluice.testkit.change;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
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

    public RelationBuilder identity(ReplicaIdentity replicaIdentity) {
        identity = replicaIdentity;
        return this;
    }

    public Relation build() {
        long oid = 16384L + Math.floorMod((schema + "." + name).hashCode(), 1_000_000);
        return new Relation(oid, schema, name, identity, columns);
    }

    private RelationBuilder add(String column, DataType type, String typeText, boolean key) {
        columns.add(new Column(column, type, -1, typeText, key, key, columns.size()));
        return this;
    }

    private static String typeText(DataType type) {
        if (type instanceof DataType.Array array) {
            return typeText(array.element()) + "[]";
        }
        return type.isBuiltIn() ? type.name() : type.schema() + "." + type.name();
    }
}
