package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.postgres.Casts;
import dev.sluice.postgres.Identifiers;

/**
 * One column of a table in the target.
 *
 * @param number {@code attnum}
 * @param baseSchema schema of the type that values are cast to: a domain's base type, otherwise the type itself
 * @param baseName its name in the catalog
 * @param modifier of the base type, -1 for none
 * @param baseText the base type with its modifier, as SQL
 * @param typeSchema schema of the declared type
 * @param typeName name of the declared type
 * @param typeText as {@code format_type} prints it, for people
 * @param hasDefault whether a row may be inserted without it
 * @param generated computed by the target, never written
 * @param identityAlways may be inserted, but not updated
 */
record TargetColumn(
        String name,
        int number,
        String baseSchema,
        String baseName,
        int modifier,
        String baseText,
        String typeSchema,
        String typeName,
        String typeText,
        boolean notNull,
        boolean hasDefault,
        boolean generated,
        boolean identityAlways) {

    /** As it would be if the target's column had the type of the source's, which is no domain. */
    static TargetColumn of(Column source, DataType.Base type) {
        return new TargetColumn(
                source.name(),
                0,
                type.schema(),
                type.name(),
                source.modifier(),
                source.typeText(),
                type.schema(),
                type.name(),
                source.typeText(),
                false,
                false,
                false,
                false);
    }

    /**
     * The value of a text, without the column's modifier. An explicit cast to {@code varchar(3)} truncates silently; this one
     * leaves that to the assignment to the column, which refuses instead. For the same reason it is not the domain. Quoted,
     * {@code "bpchar"} and {@code "bit"} have no implied length of 1.
     *
     * @param text an expression of type text
     */
    String valueOf(String text) {
        return Casts.fromText(text, baseText, Identifiers.qualified(baseSchema, baseName));
    }

    /** The text that this column prints for a value that fits. */
    String printed(String text) {
        return Casts.fromText(text, baseText) + "::text";
    }

    /** Whether no row can be inserted that leaves it out. */
    boolean mustBeFilled() {
        return notNull && !hasDefault && !generated;
    }

    /** Whether it has that type, or a domain over it. */
    boolean isOf(DataType type) {
        return type.schema().equals(typeSchema) && type.name().equals(typeName)
                || type.schema().equals(baseSchema) && type.name().equals(baseName);
    }
}
