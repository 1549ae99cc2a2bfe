package dev.sluice.daemon.verify;

import dev.sluice.postgres.Casts;
import dev.sluice.postgres.Identifiers;

/**
 * One column as the text by which it is compared.
 *
 * @param name unquoted
 * @param type of this side, as DDL has it
 * @param form how its text is made alike on both sides
 */
record ComparedColumn(String name, String type, Form form) {
    /** What of a value's text depends on the type of its column, and says nothing about the value. */
    enum Form {
        /** Both types are the same, or print alike. */
        PLAIN,
        /** One of both sides is {@code character(n)}, which fills up with blanks. */
        UNPADDED,
        /** A {@code numeric} beside one of another scale. */
        UNSCALED
    }

    /** @param other the same column on the other side */
    static ComparedColumn of(ColumnType own, ColumnType other) {
        Form form = Form.PLAIN;
        if (!own.text().equals(other.text())) {
            if (own.isPadded() || other.isPadded()) {
                form = Form.UNPADDED;
            } else if (own.isNumeric()) {
                form = Form.UNSCALED;
            }
        }
        return new ComparedColumn(own.name(), own.text(), form);
    }

    private String column() {
        return "t." + Identifiers.quote(name);
    }

    String text() {
        return switch (form) {
            case PLAIN -> column() + "::text";
            case UNPADDED -> "rtrim(" + column() + "::text, ' ')";
            case UNSCALED -> "trim_scale(" + column() + ")::text";
        };
    }

    /** Compares with a text by the column's own type, so that an index serves, unless blanks would make a difference. */
    String equalTo(String operator, String text) {
        return form == Form.UNPADDED ? text() + operator + text : column() + operator + Casts.fromText(text, type);
    }
}
