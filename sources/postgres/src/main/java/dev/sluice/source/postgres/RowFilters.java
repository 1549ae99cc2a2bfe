package dev.sluice.source.postgres;

import dev.sluice.engine.route.TableSelection.QualifiedName;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which rows of some tables are followed, as SQL conditions. The server applies them to the stream, as the publication's row
 * filters, and to the copy. Immutable.
 *
 * @param conditions by table
 */
public record RowFilters(Map<QualifiedName, String> conditions) {
    public RowFilters {
        conditions = Map.copyOf(conditions);
    }

    /** @param written by table, {@code schema.table} or a table of {@code public}; null for none */
    static RowFilters of(@Nullable Map<String, String> written) {
        Map<QualifiedName, String> conditions = new HashMap<>();
        if (written != null) {
            written.forEach((table, condition) -> conditions.put(name(table), condition));
        }
        return new RowFilters(conditions);
    }

    private static QualifiedName name(String table) {
        int dot = table.indexOf('.');
        return new QualifiedName(dot < 0 ? "public" : table.substring(0, dot), table.substring(dot + 1));
    }

    public boolean isEmpty() {
        return conditions.isEmpty();
    }

    public Set<QualifiedName> tables() {
        return conditions.keySet();
    }

    /** The condition as it stands in SQL, in parentheses; null for a table of which every row is followed. */
    public @Nullable String clause(String schema, String table) {
        String condition = conditions.get(new QualifiedName(schema, table));
        return condition == null ? null : "(" + condition + "\n)"; // it may end with a comment
    }
}
