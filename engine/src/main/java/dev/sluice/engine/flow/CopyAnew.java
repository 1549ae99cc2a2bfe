package dev.sluice.engine.flow;

import dev.sluice.engine.change.Relation;

/** A table was copied in parts of different age, and a change cannot be taken apart so that it fits them all. */
final class CopyAnew extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final long relation;

    /** @param why a sentence that begins with the table's name */
    CopyAnew(Relation table, String why) {
        super(why);
        this.relation = table.oid();
    }

    /** OID of the table. */
    long relation() {
        return relation;
    }
}
