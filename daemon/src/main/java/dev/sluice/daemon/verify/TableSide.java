package dev.sluice.daemon.verify;

import dev.sluice.postgres.Identifiers;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One table on one side, as the queries that compare it. A row is known by the hash of the text of its columns, which the
 * server computes, so that values do not travel. Texts are made under the session settings that all our connections share.
 *
 * @param side whose table it is
 * @param schema unquoted
 * @param name unquoted
 * @param partitioned whether its rows are those of its partitions; the rows of tables that inherit from it are not its own
 * @param condition which of its rows count, in SQL; null for all
 * @param key columns by which rows are matched, as this side types them; empty for a table that has none
 * @param columns what is compared, in the source's order
 */
record TableSide(
        Side side,
        String schema,
        String name,
        boolean partitioned,
        @Nullable String condition,
        List<ComparedColumn> key,
        List<ComparedColumn> columns) {
    int keyColumns() {
        return key.size();
    }

    String displayName() {
        return schema + "." + name;
    }

    private String table() {
        String table = (partitioned ? "" : "ONLY ") + Identifiers.qualified(schema, name);
        return (condition == null ? table : "(SELECT * FROM " + table + " WHERE " + condition + ")") + " AS t";
    }

    /** In UTF-8 whatever the server's encoding is, so that both sides hash and order the same bytes. */
    private static String bytes(String text) {
        return "convert_to(" + text + ", 'UTF8')";
    }

    private String hash() {
        String row = columns.stream().map(ComparedColumn::text).collect(Collectors.joining(", "));
        return "md5(" + bytes("ROW(" + row + ")::text") + ")";
    }

    private List<String> keyTexts() {
        return key.stream().map(ComparedColumn::text).toList();
    }

    private String selectKeyAndHash() {
        return IntStream.range(0, key.size())
                        .mapToObj(i -> keyTexts().get(i) + " AS k" + i + ", ")
                        .collect(Collectors.joining())
                + hash() + " AS h";
    }

    /** All rows: the key's columns and the hash, ordered by both. */
    String orderedRows() {
        String order = IntStream.range(0, key.size())
                .mapToObj(i -> bytes("k" + i) + ", ")
                .collect(Collectors.joining());
        return "SELECT * FROM (SELECT " + selectKeyAndHash() + " FROM " + table() + ") AS r ORDER BY " + order
                + "h COLLATE \"C\"";
    }

    /**
     * The rows of some keys: key, hash and how many there are. Parameters: one {@code text[]} for each key column, or of
     * hashes for a table without a key.
     *
     * @param withNulls whether a key may hold NULL, which no index finds
     */
    String rowsOf(boolean withNulls) {
        if (key.isEmpty()) {
            return "SELECT h, count(*) FROM (SELECT " + hash() + " AS h FROM " + table()
                    + ") AS r WHERE h = ANY (?::text[]) GROUP BY h";
        }
        String all = IntStream.rangeClosed(1, key.size() + 1)
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
        return "SELECT " + selectKeyAndHash() + ", count(*) FROM " + wanted(withNulls) + " GROUP BY " + all;
    }

    /** The key and, for each column, a hash of its value; parameters as in {@link #rowsOf}. Only for tables with a key. */
    String columnsOf() {
        String values = columns.stream()
                .map(column -> "md5(" + bytes(column.text()) + ")")
                .collect(Collectors.joining(", "));
        return "SELECT " + String.join(", ", keyTexts()) + ", " + values + " FROM " + wanted(true);
    }

    /** By the column's own type, so that an index serves. */
    private String wanted(boolean withNulls) {
        String names = IntStream.range(0, key.size()).mapToObj(i -> "w" + i).collect(Collectors.joining(", "));
        String arrays = key.stream().map(column -> "?::text[]").collect(Collectors.joining(", "));
        String equal = withNulls ? " IS NOT DISTINCT FROM " : " = ";
        String conditions = IntStream.range(0, key.size())
                .mapToObj(i -> key.get(i).equalTo(equal, "w" + i))
                .collect(Collectors.joining(" AND "));
        return "unnest(" + arrays + ") AS w(" + names + ") JOIN " + table() + " ON " + conditions;
    }
}
