package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import java.util.Map;
import java.util.Set;

/**
 * Whether every value of a source column fits a target column, unchanged. Where it would be rounded or cut (a smaller
 * scale, a shorter precision of seconds) PostgreSQL says nothing, so this has to be known before.
 */
final class TypeFit {
    private static final int NO_MODIFIER = -1;
    private static final int VARIABLE_HEADER = 4;
    private static final int MICROSECONDS = 6;

    private static final Set<String> CHARACTER_TYPES = Set.of("text", "varchar", "bpchar", "name", "char");
    private static final Map<String, Set<String>> WIDER = Map.of(
            "int2", Set.of("int4", "int8", "numeric"),
            "int4", Set.of("int8", "numeric"),
            "int8", Set.of("numeric"),
            "float4", Set.of("float8"));

    private TypeFit() {}

    static boolean fits(Column source, TargetColumn target) {
        DataType type = source.type();
        if (type.schema().equals(target.typeSchema()) && type.name().equals(target.typeName())) {
            return type instanceof DataType.Domain || modifierFits(element(type), source.modifier(), target.modifier());
        }
        if (type instanceof DataType.Domain domain) {
            return isUnlimitedText(target) || domain.baseText().equals(target.typeText());
        }
        if (type.schema().equals(target.baseSchema()) && type.name().equals(target.baseName())) {
            return modifierFits(element(type), source.modifier(), target.modifier());
        }
        return isWider(type, source.modifier(), target);
    }

    /** Whether the source's column has a type now that does not fit the target's, but has room for every value of it. */
    static boolean isWidened(Column source, TargetColumn target) {
        if (target.generated() || fits(source, target) || !(source.type() instanceof DataType.Base type)) {
            return false;
        }
        Column now = new Column(
                target.name(),
                new DataType.Base(0, target.typeSchema(), target.typeName()),
                target.modifier(),
                target.typeText(),
                false,
                target.notNull(),
                0);
        return fits(now, TargetColumn.of(source, type));
    }

    private static boolean isWider(DataType type, int modifier, TargetColumn target) {
        boolean characters = type.isBuiltIn() && CHARACTER_TYPES.contains(type.name());
        if (isUnlimitedText(target)) {
            return characters || type instanceof DataType.Enumeration;
        }
        if (characters && target.baseSchema().equals("pg_catalog")) {
            return target.baseName().equals("varchar")
                    && modifierFits(
                            "varchar", type.name().equals("bpchar") ? modifier : NO_MODIFIER, target.modifier());
        }
        return type.isBuiltIn()
                && target.baseSchema().equals("pg_catalog")
                && target.modifier() == NO_MODIFIER
                && WIDER.getOrDefault(type.name(), Set.of()).contains(target.baseName());
    }

    private static boolean isUnlimitedText(TargetColumn target) {
        return target.baseSchema().equals("pg_catalog")
                && (target.baseName().equals("text")
                        || target.baseName().equals("varchar") && target.modifier() == NO_MODIFIER);
    }

    /** A modifier of an array is that of its elements. */
    private static String element(DataType type) {
        return type instanceof DataType.Array array ? array.element().name() : type.name();
    }

    private static boolean modifierFits(String type, int source, int target) {
        if (source == target || target == NO_MODIFIER) {
            return true;
        }
        return switch (type) {
            case "varchar", "varbit", "bpchar" -> source != NO_MODIFIER && target > source;
            case "numeric" -> source != NO_MODIFIER && numericFits(source, target);
            case "time", "timetz", "timestamp", "timestamptz" ->
                target >= MICROSECONDS || source != NO_MODIFIER && target > source;
            default -> false;
        };
    }

    /** As in PostgreSQL's {@code numeric.c}: precision in the upper half, scale in 11 signed bits. */
    private static boolean numericFits(int source, int target) {
        return scale(target) >= scale(source) && precision(target) - scale(target) >= precision(source) - scale(source);
    }

    private static int precision(int modifier) {
        return (modifier - VARIABLE_HEADER) >> 16 & 0xFFFF;
    }

    private static int scale(int modifier) {
        return ((modifier - VARIABLE_HEADER & 0x7FF) ^ 1024) - 1024;
    }
}
