package dev.sluice.engine.change;

/**
 * A chunk that a sink durably holds.
 *
 * @param relation OID of the table in the source; 0 where an older Sluice has not recorded it
 * @param schema of the table, unquoted
 * @param table its name, unquoted
 * @param readAt the boundary as of which it was read: it holds every change before, and none after
 */
public record CopiedChunk(long relation, String schema, String table, CopyChunk chunk, Position readAt) {
    public static CopiedChunk of(Relation table, CopyChunk chunk, Position readAt) {
        return new CopiedChunk(table.oid(), table.schema(), table.name(), chunk, readAt);
    }

    /** The table's name for people, as of {@link Relation#displayName}. */
    public String displayName() {
        return schema + "." + table;
    }
}
