package dev.sluice.source.postgres.pgoutput;

/**
 * A type that did not ship with the server, before the first relation that uses it.
 *
 * @param oid of the type
 * @param schema empty for {@code pg_catalog}
 */
public record TypeMessage(long oid, String schema, String name) {
    public static final byte CODE = 'Y';

    public static TypeMessage decode(byte[] bytes, int offset, int length) {
        MessageReader reader = new MessageReader("Type", bytes, offset, length);
        long oid = reader.readUnsigned32("OID");
        String schema = reader.readString("schema");
        String name = reader.readString("name");
        reader.requireEnd();
        return new TypeMessage(oid, schema.isEmpty() ? "pg_catalog" : schema, name);
    }
}
