package dev.sluice.daemon.values;

import dev.sluice.postgres.Identifiers;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A data type with values on its edges.
 *
 * @param type as SQL
 * @param json what its values become in an event
 * @param since the first major version of PostgreSQL that has it, or these values of it
 * @param arrays whether arrays of it are tried too
 * @param values in text form
 */
record TypeCase(String type, Json json, int since, boolean arrays, List<String> values) {
    /** The JSON forms of docs/events.md. */
    enum Json {
        /** A JSON number or boolean; an array of them, likewise. */
        PLAIN,
        /** A JSON number, though the server's own JSON has a string. */
        NUMBER,
        BASE64,
        /** The text form that the server prints. */
        TEXT,
        /** Likewise, but a cast to text, the one way to ask the server for an array's elements, gives another. */
        OUTPUT
    }

    static TypeCase plain(String type, String... values) {
        return new TypeCase(type, Json.PLAIN, 0, true, List.of(values));
    }

    static TypeCase text(String type, String... values) {
        return new TypeCase(type, Json.TEXT, 0, true, List.of(values));
    }

    TypeCase as(Json other) {
        return new TypeCase(type, other, since, arrays, values);
    }

    TypeCase since(int version) {
        return new TypeCase(type, json, version, arrays, values);
    }

    TypeCase withoutArrays() {
        return new TypeCase(type, json, since, false, values);
    }

    /** @param key {@code PRIMARY KEY}, or nothing */
    String createTable(String table, String key) {
        return "CREATE TABLE " + table + " (id int " + key + ", v " + type + (arrays ? ", a " + type + "[]" : "") + ")";
    }

    /** Inserts a row of NULLs and one for each value, with ids that follow each other. */
    String insert(String table, int firstId) {
        StringBuilder sql = new StringBuilder(
                "INSERT INTO " + table + " VALUES (" + firstId + ", NULL" + (arrays ? ", NULL)" : ")"));
        for (int i = 0; i < values.size(); i++) {
            sql.append(", (").append(firstId + 1 + i).append(", ").append(value(i));
            if (arrays) {
                sql.append(", ARRAY[")
                        .append(value(i))
                        .append(", NULL, ")
                        .append(value(i + 1))
                        .append("]::");
                sql.append(type).append("[]");
            }
            sql.append(')');
        }
        return sql.toString();
    }

    /** Gives each row the next one's value, and arrays of two dimensions whose bounds do not begin at 1. */
    List<String> updates(String table, int firstId) {
        return IntStream.range(0, values.size())
                .mapToObj(i -> "UPDATE " + table + " SET v = " + value(i + 1)
                        + (arrays
                                ? ", a = array_fill(" + value(i) + ", ARRAY[2, 2], ARRAY[0, -1])::" + type + "[]"
                                : "")
                        + " WHERE id = " + (firstId + 1 + i))
                .toList();
    }

    private String value(int number) {
        return Identifiers.literal(values.get(number % values.size())) + "::" + type;
    }

    /** A query for id and, as JSON, what events should hold of each row. */
    String expected(String table) {
        return "SELECT id, " + jsonOf("v") + (comparedColumns() > 1 ? ", " + jsonOfArray() : "") + " FROM " + table;
    }

    /** {@code IS NULL} would be true of a composite of NULLs. */
    private static String unlessNull(String column, String json) {
        return "CASE WHEN num_nulls(" + column + ") = 1 THEN NULL ELSE " + json + " END";
    }

    private String jsonOf(String column) {
        return unlessNull(
                column,
                switch (json) {
                    case PLAIN -> "to_jsonb(" + column + ")";
                    case NUMBER -> "to_jsonb(" + column + "::oid::int8)";
                    case BASE64 -> "to_jsonb(translate(encode(" + column + ", 'base64'), E'\\n', ''))";
                    case TEXT, OUTPUT -> "to_jsonb(format('%s', " + column + "))";
                });
    }

    private String jsonOfArray() {
        return unlessNull(
                "a",
                switch (json) {
                    case PLAIN -> "to_jsonb(a)";
                    case NUMBER -> "to_jsonb(a::oid[]::int8[])";
                    default -> "to_jsonb(a::text[])";
                });
    }

    /** Of how many columns beside the id the server can say what their JSON is. */
    int comparedColumns() {
        return arrays && json != Json.BASE64 && json != Json.OUTPUT ? 2 : 1;
    }
}
