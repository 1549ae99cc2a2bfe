package dev.sluice.events;

import dev.sluice.engine.change.DataType;

/** Which JSON each type becomes; {@code docs/events.md} has the table. */
final class ValueWriters {
    private ValueWriters() {}

    static ValueWriter of(DataType type) {
        if (type instanceof DataType.Domain domain) {
            return of(domain.base());
        }
        if (type instanceof DataType.Array array) {
            return new ArrayWriter(of(array.element()), array.delimiter());
        }
        if (type instanceof DataType.Base && type.isBuiltIn()) {
            return builtIn(type.name());
        }
        return new TextWriter();
    }

    private static ValueWriter builtIn(String name) {
        return switch (name) {
            case "bool" -> new BooleanWriter();
            case "int2", "int4", "int8", "oid" -> new IntegerWriter();
            case "float4", "float8" -> new FloatWriter();
            case "bytea" -> new BytesWriter();
            default -> new TextWriter();
        };
    }
}
