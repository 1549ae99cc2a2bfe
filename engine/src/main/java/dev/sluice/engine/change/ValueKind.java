package dev.sluice.engine.change;

/** What stands in a tuple for one column. */
public enum ValueKind {
    NULL,
    /** Not sent: a TOASTed value that the statement did not touch. It is not NULL and must not be written as such. */
    ABSENT,
    /** The type's text form, in UTF-8. */
    TEXT,
    /** The type's binary (send/recv) form. */
    BINARY
}
