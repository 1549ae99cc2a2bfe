package dev.sluice.sink.postgres;

import dev.sluice.postgres.Identifiers;
import dev.sluice.sink.postgres.TableMapping.Mapped;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The SQL that writes one table, with the parameters of one of the two drivers. Every parameter is a {@code text[]}, one per column in the order of the columns given,
 * one element per row. Each value is cast to the column's type without its modifier ({@link TargetColumn#castType}) and
 * then assigned, which refuses what does not fit.
 */
final class TableStatements {
    /** Parameters as vertx-pg-client, and the server, write them. */
    static final IntFunction<String> NUMBERED = number -> "$" + number;

    /** Parameters as pgjdbc writes them. */
    static final IntFunction<String> MARKED = number -> "?";

    private final IntFunction<String> parameter;
    private final String table;
    private final List<Mapped> columns;
    private final List<Mapped> keys;
    private final String upsert;
    private final String insert;
    private final String delete;
    private final String copy;

    TableStatements(String table, List<Mapped> columns, IntFunction<String> parameter) {
        this.parameter = parameter;
        this.table = table;
        this.columns = columns;
        this.keys = columns.stream().filter(Mapped::key).toList();
        this.insert = "INSERT INTO " + table + " (" + names(columns) + ") OVERRIDING SYSTEM VALUE SELECT "
                + values(columns) + " FROM " + unnest(columns.size());
        this.upsert = insert + onConflict();
        this.delete = keys.isEmpty() ? deleteByImage() : deleteByKey();
        this.copy = "COPY " + table + " (" + names(columns) + ") FROM STDIN";
    }

    /** Rows that are not there yet, all columns, in COPY's text format. */
    String copy() {
        return copy;
    }

    /** Rows that become what is given, whether they are there or not. Parameters: all columns. */
    String upsert() {
        return upsert;
    }

    /** Rows of a table without a key. Parameters: all columns. */
    String insert() {
        return insert;
    }

    /** Parameters: the key columns; without a key all columns, and one matching row goes for each that is given. */
    String delete() {
        return delete;
    }

    /**
     * Sets some columns of the rows with these keys.
     *
     * @param present which columns, the key's among them
     * @return null if there is nothing but the key; parameters: the present columns
     */
    @Nullable String update(Predicate<Mapped> present) {
        List<Mapped> given = columns.stream().filter(present).toList();
        String assignments = IntStream.range(0, given.size())
                .filter(i -> !given.get(i).key())
                .mapToObj(i -> assignment(given.get(i), i))
                .collect(Collectors.joining(", "));
        if (assignments.isEmpty()) {
            return null;
        }
        String where = IntStream.range(0, given.size())
                .filter(i -> given.get(i).key())
                .mapToObj(i -> matches(given.get(i), i))
                .collect(Collectors.joining(" AND "));
        return "UPDATE " + table + " AS t SET " + assignments + " FROM " + unnest(given.size()) + " WHERE " + where;
    }

    /**
     * Gives rows another key and sets some columns, in place.
     *
     * @return parameters: the old key's columns, then the present columns
     */
    String move(Predicate<Mapped> present) {
        List<Mapped> given = columns.stream().filter(present).toList();
        String assignments = IntStream.range(0, given.size())
                .mapToObj(i -> assignment(given.get(i), keys.size() + i))
                .collect(Collectors.joining(", "));
        return "UPDATE " + table + " AS t SET " + assignments + " FROM " + unnest(keys.size() + given.size())
                + " WHERE " + matches(keys);
    }

    private String onConflict() {
        if (keys.isEmpty()) {
            return "";
        }
        String assignments = columns.stream()
                .filter(column -> !column.key())
                .map(column -> name(column) + " = EXCLUDED." + name(column))
                .collect(Collectors.joining(", "));
        return " ON CONFLICT (" + names(keys) + ") DO "
                + (assignments.isEmpty() ? "NOTHING" : "UPDATE SET " + assignments);
    }

    private String deleteByKey() {
        return "DELETE FROM " + table + " AS t USING " + unnest(keys.size()) + " WHERE " + matches(keys);
    }

    /**
     * Compares whole rows in their text form, which every type has (json, xml and point have no equality) and which can be
     * hashed. What is wanted takes the form that the column has given it ({@code numeric(12,4)} prints 1.5 as 1.5000), which
     * loses nothing, as every value fits. Equal rows are numbered on both sides, so that as many go as were given.
     */
    private String deleteByImage() {
        String wanted = IntStream.range(0, columns.size())
                .mapToObj(i -> columns.get(i).column().printed("u.c" + i))
                .collect(Collectors.joining(", "));
        String present =
                columns.stream().map(column -> "x." + name(column) + "::text").collect(Collectors.joining(", "));
        return "WITH wanted AS (SELECT image, row_number() OVER (PARTITION BY image) AS number FROM (SELECT ROW("
                + wanted + ")::text AS image FROM " + unnest(columns.size()) + ") w), "
                + "present AS (SELECT place, part, image, row_number() OVER (PARTITION BY image) AS number FROM (SELECT"
                + " x.ctid AS place, x.tableoid AS part, ROW(" + present + ")::text AS image FROM " + table
                + " AS x) p WHERE image IN (SELECT image FROM wanted)) DELETE FROM " + table
                + " AS t USING wanted JOIN present USING (image, number)"
                + " WHERE t.ctid = present.place AND t.tableoid = present.part";
    }

    private static String matches(List<Mapped> given) {
        return IntStream.range(0, given.size())
                .mapToObj(i -> matches(given.get(i), i))
                .collect(Collectors.joining(" AND "));
    }

    private static String matches(Mapped column, int parameter) {
        return "t." + name(column) + " " + column.equality() + " " + cast(column, parameter);
    }

    private static String assignment(Mapped column, int parameter) {
        return name(column) + " = " + cast(column, parameter);
    }

    private static String values(List<Mapped> given) {
        return IntStream.range(0, given.size())
                .mapToObj(i -> cast(given.get(i), i))
                .collect(Collectors.joining(", "));
    }

    private static String cast(Mapped column, int parameter) {
        return column.column().valueOf("u.c" + parameter);
    }

    private static String names(List<Mapped> given) {
        return given.stream().map(TableStatements::name).collect(Collectors.joining(", "));
    }

    private static String name(Mapped column) {
        return Identifiers.quote(column.column().name());
    }

    private String unnest(int count) {
        List<String> arrays = new ArrayList<>();
        List<String> aliases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            arrays.add(parameter.apply(i + 1) + "::text[]");
            aliases.add("c" + i);
        }
        return Stream.of("unnest(", String.join(", ", arrays), ") AS u(", String.join(", ", aliases), ")")
                .collect(Collectors.joining());
    }
}
