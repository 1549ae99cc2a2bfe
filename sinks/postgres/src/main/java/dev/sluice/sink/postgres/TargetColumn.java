package dev.sluice.sink.postgres;

import dev.sluice.engine.change.DataType;
import dev.sluice.postgres.Identifiers;

/**
 * One column of a table in the target.
 *
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

    /**
     * The type to which a text is cast, without its modifier. An explicit cast to {@code varchar(3)} truncates silently;
     * this one leaves that to the assignment to the column, which refuses instead. For the same reason it is not the
     * domain. Quoted, {@code "bpchar"} and {@code "bit"} have no implied length of 1.
     */
    String castType() {
        return Identifiers.qualified(baseSchema, baseName);
    }

    /** Whether it has that type, or a domain over it. */
    boolean isOf(DataType type) {
        return type.schema().equals(typeSchema) && type.name().equals(typeName)
                || type.schema().equals(baseSchema) && type.name().equals(baseName);
    }
}
