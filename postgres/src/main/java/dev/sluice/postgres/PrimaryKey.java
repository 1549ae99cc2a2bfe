package dev.sluice.postgres;

import java.util.List;

/**
 * The primary key of a table.
 *
 * @param columns in the key's order, unquoted; none if there is no key
 * @param generated how the database makes up its values; only a key of one column can be
 */
public record PrimaryKey(List<String> columns, Generated generated) {
    /** A table without one. */
    public static final PrimaryKey NONE = new PrimaryKey(List.of(), Generated.NOT);

    public PrimaryKey {
        columns = List.copyOf(columns);
    }

    /** Where the values of a key come from when whoever inserts a row gives none. */
    public enum Generated {
        /** From nowhere. */
        NOT,
        /** {@code GENERATED ... AS IDENTITY}. */
        IDENTITY,
        /** A default that takes the next value of a sequence. */
        SEQUENCE,
        /** A default that makes a UUID. */
        UUID
    }
}
