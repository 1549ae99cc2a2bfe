package dev.sluice.bench.server;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a row looks like. Nothing is to be tuned to one of them, so every scenario runs with all. */
public enum Shape {
    /** Eight columns of as many types; in pgoutput's text form about 190 bytes with its headers. */
    STANDARD(
            1,
            List.of(
                    new Column("account", "integer", "i % 100000", "account"),
                    new Column("kind", "text", "'transfer'", "kind"),
                    new Column("amount", "numeric(12,2)", "i % 1000000 / 100.0", "amount + 1"),
                    new Column(
                            "happened",
                            "timestamptz",
                            "timestamptz '2026-01-01' + i * interval '1 second'",
                            "happened + interval '1 day'"),
                    new Column("reference", "uuid", "md5(i::text)::uuid", "reference"),
                    new Column("note", "text", "'a note about transfer ' || i", "'another note about transfer ' || id"),
                    new Column("settled", "boolean", "i % 2 = 0", "NOT settled"))),
    /** Three columns: what each row costs, whatever is in it. */
    NARROW(
            1,
            List.of(
                    new Column("account", "integer", "i % 100000", "account + 1"),
                    new Column("note", "text", "'note ' || i % 100000", "'changed ' || id % 100000"))),
    /** Forty columns, about 2 kB; an eighth of the rows. */
    WIDE(8, wide());

    private final int fewer;

    @SuppressWarnings("ImmutableEnumChecker") // a copy that cannot be changed
    private final List<Column> columns;

    Shape(int fewer, List<Column> columns) {
        this.fewer = fewer;
        this.columns = List.copyOf(columns);
    }

    /**
     * A column beside the key.
     *
     * @param value SQL over {@code i}, the row's number
     * @param changed SQL over the row as it is: what an update makes of it
     */
    private record Column(String name, String type, String value, String changed) {}

    private static List<Column> wide() {
        List<Column> columns = new ArrayList<>();
        for (int n = 1; n <= 8; n++) {
            columns.add(new Column("number_" + n, "integer", "i % " + 1000 * n, "number_" + n + " + 1"));
        }
        for (int n = 1; n <= 4; n++) {
            String name = "amount_" + n;
            columns.add(new Column(name, "numeric(14,4)", "i % 1000000 / " + 7 * n + ".0", name + " + 1"));
            columns.add(new Column(
                    "happened_" + n, "timestamptz", "timestamptz '2026-01-01' + i * interval '1 second'", "now()"));
            columns.add(new Column("settled_" + n, "boolean", "i % " + (n + 1) + " = 0", "NOT settled_" + n));
        }
        for (int n = 1; n <= 2; n++) {
            columns.add(new Column("reference_" + n, "uuid", "md5(i::text)::uuid", "reference_" + n));
        }
        for (int n = 1; n <= 17; n++) {
            String name = "text_" + n;
            columns.add(new Column(name, "text", "repeat(md5((i + " + n + ")::text), 3)", "reverse(" + name + ")"));
        }
        return columns;
    }

    /** As on the command line: {@code standard}, {@code narrow}, {@code wide}. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** How many rows stand for {@code standardRows} of {@link #STANDARD}; at least one. */
    public long rows(long standardRows) {
        return Math.max(1, standardRows / fewer);
    }

    /** @param table quoted where it has to be */
    String createTable(String table, String... moreColumns) {
        String own = columns.stream()
                .map(column -> column.name() + " " + column.type() + " NOT NULL")
                .collect(Collectors.joining(", "));
        String more = moreColumns.length == 0 ? "" : ", " + String.join(", ", moreColumns);
        return "CREATE TABLE " + table + " (id bigint PRIMARY KEY, " + own + more + ")";
    }

    /** Inserts the rows with the numbers from the first to the second parameter; each has the same values wherever it runs. */
    public String insert(String table) {
        return "INSERT INTO " + table + " SELECT i, " + expressions()
                + " FROM generate_series(?::bigint, ?::bigint) AS i";
    }

    /** Inserts one row. Parameters: the value of {@code moreColumn}, and the row's number. */
    public String insertOne(String table, String moreColumn) {
        String names = columns.stream().map(Column::name).collect(Collectors.joining(", "));
        return "INSERT INTO " + table + " (id, " + names + ", " + moreColumn + ") SELECT i, " + expressions()
                + ", ?::bigint FROM (SELECT ?::bigint AS i) AS one";
    }

    /** Changes the rows whose numbers are in the first parameter, a {@code bigint[]}. */
    String update(String table) {
        String assignments = columns.stream()
                .filter(column -> !column.changed().equals(column.name()))
                .map(column -> column.name() + " = " + column.changed())
                .collect(Collectors.joining(", "));
        return "UPDATE " + table + " SET " + assignments + " WHERE id = ANY (?::bigint[])";
    }

    private String expressions() {
        return columns.stream().map(Column::value).collect(Collectors.joining(", "));
    }
}
