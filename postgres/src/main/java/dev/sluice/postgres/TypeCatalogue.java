package dev.sluice.postgres;

import dev.sluice.engine.change.DataType;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Data types by OID, with all that they are made of, one round trip for any number of them. What was read stays as it was;
 * make a new catalogue after DDL. For one thread; blocking.
 */
public final class TypeCatalogue {
    /** {@code typarray} of the element decides what is an array: int2vector looks like one and is written otherwise. */
    private static final String QUERY = """
            WITH RECURSIVE needed(oid) AS (
              SELECT unnest(?::oid[])
              UNION
              SELECT p.oid FROM needed n, LATERAL (
                SELECT e.oid FROM pg_type t JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid WHERE t.oid = n.oid
                UNION ALL
                SELECT t.typbasetype FROM pg_type t WHERE t.oid = n.oid AND t.typtype = 'd'
                UNION ALL
                SELECT a.atttypid FROM pg_type t JOIN pg_attribute a ON a.attrelid = t.typrelid
                  WHERE t.oid = n.oid AND t.typtype = 'c' AND a.attnum > 0 AND NOT a.attisdropped
              ) AS p(oid)
            )
            SELECT t.oid, s.nspname, t.typname, t.typtype,
              e.oid AS element, e.typdelim AS delimiter,
              (SELECT array_agg(l.enumlabel::text ORDER BY l.enumsortorder) FROM pg_enum l WHERE l.enumtypid = t.oid)
                AS labels,
              t.typbasetype AS base, format_type(nullif(t.typbasetype, 0), t.typtypmod) AS base_text,
              t.typnotnull AS not_null, pg_get_expr(t.typdefaultbin, 0) AS default_text,
              (SELECT array_agg(pg_get_constraintdef(c.oid) ORDER BY c.conname) FROM pg_constraint c
                WHERE c.contypid = t.oid AND c.contype = 'c') AS checks,
              f.names AS field_names, f.types AS field_types, f.texts AS field_texts
            FROM needed n
            JOIN pg_type t ON t.oid = n.oid
            JOIN pg_namespace s ON s.oid = t.typnamespace
            LEFT JOIN pg_type e ON e.oid = t.typelem AND e.typarray = t.oid
            LEFT JOIN LATERAL (
              SELECT array_agg(a.attname::text ORDER BY a.attnum) AS names,
                array_agg(a.atttypid::int8 ORDER BY a.attnum) AS types,
                array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY a.attnum) AS texts
              FROM pg_attribute a
              WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
            ) f ON true
            """;

    private final Connection connection;
    private final Map<Long, DataType> known = new HashMap<>();

    public TypeCatalogue(Connection connection) {
        this.connection = connection;
    }

    /** Reads those that are not known yet; an OID that is no type (any more) is passed over. */
    public void load(Collection<Long> oids) throws SQLException {
        Long[] missing =
                oids.stream().filter(oid -> !known.containsKey(oid)).distinct().toArray(Long[]::new);
        if (missing.length == 0) {
            return;
        }
        Map<Long, Row> rows = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(QUERY)) {
            statement.setArray(1, connection.createArrayOf("int8", missing));
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    Row row = Row.read(results);
                    rows.put(row.oid, row);
                }
            }
        }
        rows.keySet().forEach(oid -> build(oid, rows));
    }

    /** The type, or null if {@link #load} did not find it. */
    public @Nullable DataType find(long oid) {
        return known.get(oid);
    }

    /** The type, or one that is known by its number alone: it was dropped after its values had been written. */
    public DataType get(long oid) {
        DataType type = known.get(oid);
        return type != null ? type : new DataType.Base(oid, "pg_catalog", "unknown");
    }

    /** A type with its modifier, as {@code format_type} prints it; for a type that is gone, PostgreSQL's {@code ???}. */
    public String format(long oid, int modifier) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT format_type(?::oid, ?)")) {
            statement.setLong(1, oid);
            statement.setInt(2, modifier);
            try (ResultSet results = statement.executeQuery()) {
                results.next();
                return results.getString(1);
            }
        }
    }

    /** PostgreSQL lets no type contain itself, so this ends. */
    private DataType build(long oid, Map<Long, Row> rows) {
        DataType done = known.get(oid);
        Row row = rows.get(oid);
        if (done != null || row == null) {
            return get(oid);
        }
        DataType built = row.toType(part -> build(part, rows));
        known.put(oid, built);
        return built;
    }

    /** One row of the query. */
    private record Row(
            long oid,
            String schema,
            String name,
            char kind,
            long element,
            @Nullable String delimiter,
            List<String> labels,
            long base,
            @Nullable String baseText,
            boolean notNull,
            @Nullable String defaultText,
            List<String> checks,
            List<String> fieldNames,
            List<Long> fieldTypes,
            List<String> fieldTexts) {

        static Row read(ResultSet results) throws SQLException {
            Array types = results.getArray("field_types");
            return new Row(
                    results.getLong("oid"),
                    results.getString("nspname"),
                    results.getString("typname"),
                    results.getString("typtype").charAt(0),
                    results.getLong("element"),
                    results.getString("delimiter"),
                    texts(results.getArray("labels")),
                    results.getLong("base"),
                    results.getString("base_text"),
                    results.getBoolean("not_null"),
                    results.getString("default_text"),
                    texts(results.getArray("checks")),
                    texts(results.getArray("field_names")),
                    types == null ? List.of() : Arrays.asList((Long[]) types.getArray()),
                    texts(results.getArray("field_texts")));
        }

        private static List<String> texts(@Nullable Array array) throws SQLException {
            return array == null ? List.of() : Arrays.asList((String[]) array.getArray());
        }

        DataType toType(LongFunction<DataType> part) {
            if (delimiter != null) {
                return new DataType.Array(oid, schema, name, part.apply(element), delimiter.charAt(0));
            }
            return switch (kind) {
                case 'e' -> new DataType.Enumeration(oid, schema, name, labels);
                case 'd' ->
                    new DataType.Domain(
                            oid,
                            schema,
                            name,
                            part.apply(base),
                            baseText == null ? "" : baseText,
                            notNull,
                            defaultText,
                            checks);
                case 'c' -> new DataType.Composite(oid, schema, name, fields(part));
                default -> new DataType.Base(oid, schema, name);
            };
        }

        private List<DataType.Field> fields(LongFunction<DataType> part) {
            List<DataType.Field> fields = new ArrayList<>();
            for (int i = 0; i < fieldTypes.size(); i++) {
                fields.add(new DataType.Field(fieldNames.get(i), part.apply(fieldTypes.get(i)), fieldTexts.get(i)));
            }
            return fields;
        }
    }
}
