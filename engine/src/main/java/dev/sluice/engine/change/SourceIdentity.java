package dev.sluice.engine.change;

/**
 * Which stream of changes a position belongs to. A position means nothing in any other stream, so checkpoints are bound
 * to this and refused when it differs.
 *
 * @param systemIdentifier of the cluster, from {@code pg_control_system()} or IDENTIFY_SYSTEM
 * @param timeline of the server when it was last seen; grows by one at each promotion
 * @param database name
 * @param slot name of the replication slot, or of the change log
 */
public record SourceIdentity(String systemIdentifier, int timeline, String database, String slot) {
    /** Same cluster, database and slot, whatever the timeline. */
    public boolean isSameStream(SourceIdentity other) {
        return systemIdentifier.equals(other.systemIdentifier)
                && database.equals(other.database)
                && slot.equals(other.slot);
    }

    @Override
    public String toString() {
        return "slot " + slot + " of database " + database + " in cluster " + systemIdentifier + " (timeline "
                + timeline + ")";
    }
}
