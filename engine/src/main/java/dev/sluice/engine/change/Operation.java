package dev.sluice.engine.change;

/** What happened to a row or a table. */
public enum Operation {
    /** The row was there when the first copy read the table. */
    READ,
    INSERT,
    UPDATE,
    DELETE,
    /** The table was emptied; tables emptied by one statement follow each other with nothing between. */
    TRUNCATE;

    private static final Operation[] VALUES = values();

    static Operation of(int ordinal) {
        return VALUES[ordinal];
    }
}
