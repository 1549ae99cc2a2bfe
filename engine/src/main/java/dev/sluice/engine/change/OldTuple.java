package dev.sluice.engine.change;

/** What an UPDATE or DELETE carries of the row as it was. */
public enum OldTuple {
    /** Nothing: an UPDATE that left the key alone, under a replica identity that is not FULL. */
    NONE,
    /** The columns of the replica identity; every other column of the tuple reads as NULL and means nothing. */
    KEY,
    /** The whole row. */
    FULL;

    private static final OldTuple[] VALUES = values();

    static OldTuple of(int ordinal) {
        return VALUES[ordinal];
    }
}
