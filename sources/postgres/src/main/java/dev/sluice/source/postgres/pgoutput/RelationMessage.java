package dev.sluice.source.postgres.pgoutput;

import dev.sluice.engine.change.ReplicaIdentity;
import java.util.ArrayList;
import java.util.List;

/**
 * The shape in which a table's rows follow; sent before the first of them, and again after the table was altered.
 *
 * @param oid of the table
 * @param identity which old values come
 * @param columns those that are sent, in the order in which they are sent
 */
public record RelationMessage(
        long oid, String schema, String name, ReplicaIdentity identity, List<ColumnDescription> columns) {
    public static final byte CODE = 'R';

    /** Flags, an empty name's zero byte, type and modifier. */
    private static final int SMALLEST_COLUMN_BYTES = 10;

    public RelationMessage {
        columns = List.copyOf(columns);
    }

    /**
     * @param key whether it belongs to the replica identity; with FULL every column does
     * @param type OID
     * @param modifier {@code atttypmod}
     */
    public record ColumnDescription(boolean key, String name, long type, int modifier) {}

    public static RelationMessage decode(byte[] bytes, int offset, int length) {
        MessageReader reader = new MessageReader("Relation", bytes, offset, length);
        long oid = reader.readUnsigned32("OID");
        String schema = reader.readString("schema");
        String name = reader.readString("name");
        ReplicaIdentity identity = identity(reader);
        int count = reader.requireRoomFor(reader.readInt16("column count"), SMALLEST_COLUMN_BYTES, "column count");
        List<ColumnDescription> columns = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            boolean key = (reader.readByte("column flags") & 1) != 0;
            columns.add(new ColumnDescription(
                    key,
                    reader.readString("column name"),
                    reader.readUnsigned32("column type"),
                    reader.readInt32("column type modifier")));
        }
        reader.requireEnd();
        return new RelationMessage(oid, schema.isEmpty() ? "pg_catalog" : schema, name, identity, columns);
    }

    private static ReplicaIdentity identity(MessageReader reader) {
        char code = (char) (reader.readByte("replica identity") & 0xFF);
        try {
            return ReplicaIdentity.of(code);
        } catch (IllegalArgumentException unknown) {
            throw reader.malformed("replica identity", "one of d, n, f, i", "'" + code + "'");
        }
    }
}
