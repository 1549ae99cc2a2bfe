package dev.sluice.engine.change;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL data type, as far as a sink needs to know it to make the same type elsewhere or to write a value of it as
 * JSON. Identified by OID in the source and by schema and name everywhere else.
 */
public sealed interface DataType {
    long oid();

    String schema();

    /** The catalog's name, unquoted: {@code int4}, {@code _int4}, {@code order_status}. */
    String name();

    /** Whether it ships with PostgreSQL, so that every server has it. */
    default boolean isBuiltIn() {
        return schema().equals("pg_catalog");
    }

    /** Scalars, ranges, and whatever else is one text value to us. */
    record Base(long oid, String schema, String name) implements DataType {}

    /** @param delimiter what separates elements in its text form: a comma, a semicolon for {@code box} */
    record Array(long oid, String schema, String name, DataType element, char delimiter) implements DataType {}

    /** @param labels in sort order */
    record Enumeration(long oid, String schema, String name, List<String> labels) implements DataType {
        public Enumeration {
            labels = List.copyOf(labels);
        }
    }

    /**
     * @param baseText the base type with its modifier, as {@code format_type} prints it
     * @param defaultText the default as SQL, or null
     * @param checks constraints as {@code pg_get_constraintdef} prints them
     */
    record Domain(
            long oid,
            String schema,
            String name,
            DataType base,
            String baseText,
            boolean notNull,
            @Nullable String defaultText,
            List<String> checks)
            implements DataType {
        public Domain {
            checks = List.copyOf(checks);
        }
    }

    record Composite(long oid, String schema, String name, List<Field> fields) implements DataType {
        public Composite {
            fields = List.copyOf(fields);
        }
    }

    /** @param typeText the type with its modifier, as {@code format_type} prints it */
    record Field(String name, DataType type, String typeText) {}
}
