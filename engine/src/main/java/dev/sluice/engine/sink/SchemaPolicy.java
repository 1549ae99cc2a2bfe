package dev.sluice.engine.sink;

/** What a sink with tables of its own does when a table of the source is altered while it is followed. */
public enum SchemaPolicy {
    /** Does the same: also renames and drops columns, renames tables, and converts to types that hold less. */
    FOLLOW,
    /** Applies what cannot lose data: a new column, a wider type, a column that no longer has to have a value. */
    ADDITIVE,
    /** Stops, and tells the statement that has to be run. */
    STOP
}
