package dev.sluice.engine.route;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a sink gets; keys beside its {@code type}. Everything that is left out lets everything through.
 *
 * @param tables patterns as in {@link TableSelection}
 * @param operations of {@code insert}, {@code update}, {@code delete}, {@code truncate}; rows of the first copy count as
 *     inserts
 * @param columns for tables by pattern, the columns by pattern: {@code "public.customers": ["*", "!password"]}; key
 *     columns cannot be left out
 */
public record RouteConfig(
        @Nullable List<String> tables,
        @Nullable List<String> operations,
        @Nullable Map<String, List<String>> columns) {
    /** Everything. */
    public static final RouteConfig EVERYTHING = new RouteConfig(null, null, null);
}
