package dev.sluice.sink.postgres;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A unique index that ON CONFLICT can use: valid, immediate, not partial, over plain columns.
 *
 * @param columns in index order
 * @param operators for each column its equality as SQL, such as {@code OPERATOR(pg_catalog.=)}; the search path is empty,
 *     so a plain {@code =} would not find that of an extension's type
 */
record UniqueIndex(List<String> columns, List<String> operators) {
    UniqueIndex {
        columns = List.copyOf(columns);
        operators = List.copyOf(operators);
    }

    boolean covers(Set<String> names) {
        return columns.size() == names.size() && new HashSet<>(columns).equals(names);
    }

    String operator(String column) {
        return operators.get(columns.indexOf(column));
    }
}
