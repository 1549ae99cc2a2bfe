package dev.sluice.testkit.change;

import dev.sluice.engine.change.DataType;
import java.util.List;
import java.util.Map;

/** Data types of tests; OIDs of the built-in ones from {@code pg_type.dat}. */
public final class Types {
    private static final Map<String, Long> OIDS = Map.ofEntries(
            Map.entry("bool", 16L),
            Map.entry("bytea", 17L),
            Map.entry("char", 18L),
            Map.entry("name", 19L),
            Map.entry("int8", 20L),
            Map.entry("int2", 21L),
            Map.entry("int4", 23L),
            Map.entry("text", 25L),
            Map.entry("oid", 26L),
            Map.entry("json", 114L),
            Map.entry("xml", 142L),
            Map.entry("point", 600L),
            Map.entry("box", 603L),
            Map.entry("float4", 700L),
            Map.entry("float8", 701L),
            Map.entry("money", 790L),
            Map.entry("inet", 869L),
            Map.entry("bpchar", 1042L),
            Map.entry("varchar", 1043L),
            Map.entry("date", 1082L),
            Map.entry("time", 1083L),
            Map.entry("timestamp", 1114L),
            Map.entry("timestamptz", 1184L),
            Map.entry("interval", 1186L),
            Map.entry("timetz", 1266L),
            Map.entry("bit", 1560L),
            Map.entry("varbit", 1562L),
            Map.entry("numeric", 1700L),
            Map.entry("uuid", 2950L),
            Map.entry("jsonb", 3802L),
            Map.entry("int4range", 3904L));
    private static final long ARRAY_OIDS = 10_000;

    private Types() {}

    /** A built-in type as in {@code pg_type.typname}; an array with {@code _} before it. */
    public static DataType builtIn(String name) {
        if (name.startsWith("_")) {
            return arrayOf(builtIn(name.substring(1)));
        }
        Long oid = OIDS.get(name);
        if (oid == null) {
            throw new IllegalArgumentException("add " + name + " to the types that tests know");
        }
        return new DataType.Base(oid, "pg_catalog", name);
    }

    /** Its OID is made up: only servers care. */
    public static DataType arrayOf(DataType element) {
        char delimiter = element.name().equals("box") ? ';' : ',';
        return new DataType.Array(
                ARRAY_OIDS + element.oid(), element.schema(), "_" + element.name(), element, delimiter);
    }

    public static DataType enumeration(String schema, String name, String... labels) {
        return new DataType.Enumeration(20_001, schema, name, List.of(labels));
    }

    public static DataType domain(String schema, String name, DataType base) {
        return new DataType.Domain(20_002, schema, name, base, base.name(), false, null, List.of());
    }

    public static DataType composite(String schema, String name, DataType.Field... fields) {
        return new DataType.Composite(20_003, schema, name, List.of(fields));
    }
}
