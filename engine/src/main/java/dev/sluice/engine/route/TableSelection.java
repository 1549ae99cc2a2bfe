package dev.sluice.engine.route;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tables by pattern. {@code schema.table}, where {@code *} stands for any run of characters and a leading {@code !} takes
 * tables out again; a pattern without a dot is one in {@code public}. A table is in if a pattern matches it and none with
 * {@code !} does. Case matters, as it does in PostgreSQL's catalog. A dot in a name cannot be written; use {@code *}.
 */
public final class TableSelection {
    private final List<String> patterns;
    private final List<Pattern> included = new ArrayList<>();
    private final List<Pattern> excluded = new ArrayList<>();

    private TableSelection(List<String> patterns) {
        this.patterns = List.copyOf(patterns);
        for (String pattern : patterns) {
            boolean exclude = pattern.startsWith("!");
            (exclude ? excluded : included).add(Pattern.parse(exclude ? pattern.substring(1) : pattern));
        }
    }

    /** Every table. */
    public static TableSelection all() {
        return new TableSelection(List.of("*.*"));
    }

    /** Fails with CONFIGURATION if a pattern cannot be read, or if none includes anything. */
    public static TableSelection of(List<String> patterns) {
        TableSelection selection = new TableSelection(patterns);
        if (selection.included.isEmpty()) {
            throw new SyncException(
                    ErrorKind.CONFIGURATION, "tables: no pattern includes a table; begin with \"public.*\"");
        }
        return selection;
    }

    public boolean includes(String schema, String table) {
        return included.stream().anyMatch(p -> p.matches(schema, table))
                && excluded.stream().noneMatch(p -> p.matches(schema, table));
    }

    /** The pattern that takes out a table that another one includes. */
    public Optional<String> excludedBy(String schema, String table) {
        return patterns.stream()
                .filter(text -> text.startsWith("!"))
                .filter(text -> Pattern.parse(text.substring(1)).matches(schema, table))
                .filter(text -> included.stream().anyMatch(p -> p.matches(schema, table)))
                .findFirst();
    }

    /** The patterns that name no table of these, for a warning: probably misspelt. */
    public List<String> withoutMatch(List<QualifiedName> tables) {
        return patterns.stream()
                .filter(text -> {
                    Pattern pattern = Pattern.parse(text.startsWith("!") ? text.substring(1) : text);
                    return tables.stream().noneMatch(t -> pattern.matches(t.schema(), t.name()));
                })
                .toList();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof TableSelection that && patterns.equals(that.patterns);
    }

    @Override
    public int hashCode() {
        return Objects.hashCode(patterns);
    }

    @Override
    public String toString() {
        return patterns.toString();
    }

    /** A table by name, unquoted. */
    public record QualifiedName(String schema, String name) {}

    private record Pattern(Glob schema, Glob table) {
        static Pattern parse(String text) {
            int dot = text.indexOf('.');
            String schema = dot < 0 ? "public" : text.substring(0, dot);
            String table = text.substring(dot + 1);
            if (schema.isBlank() || table.isBlank() || table.indexOf('.') >= 0) {
                throw new SyncException(
                        ErrorKind.CONFIGURATION, "tables: \"" + text + "\" is not of the form schema.table");
            }
            return new Pattern(new Glob(schema), new Glob(table));
        }

        boolean matches(String schemaName, String tableName) {
            return schema.matches(schemaName) && table.matches(tableName);
        }
    }
}
