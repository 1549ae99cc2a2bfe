package dev.sluice.engine.change;

import dev.sluice.engine.change.TableShape.ShapeColumn;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A table has another shape from one of its changes on. The stream does not tell of the ALTER TABLE itself, only of the
 * shape of the rows that follow it.
 *
 * @param before until then; of another table if {@code after} was made anew under its name
 * @param after from then on
 * @param position of the first change in the new shape, or as of which rows in it are copied
 * @param transaction of that change; null for rows that are copied
 */
public record ShapeChange(
        TableShape before,
        TableShape after,
        Position position,
        @Nullable Transaction transaction) {
    /** What is different, for people: {@code column note added; column total is numeric(12,2), was integer}. */
    public String differences() {
        List<String> found = new ArrayList<>();
        if (before.relation() != after.relation()) {
            found.add("made anew");
        }
        if (!before.hasNameOf(after)) {
            found.add("renamed from " + before.displayName());
        }
        for (ShapeColumn column : after.columns()) {
            Optional<ShapeColumn> earlier = find(before, column);
            if (earlier.isEmpty()) {
                found.add("column " + column.name() + " added");
            } else {
                addDifferences(earlier.get(), column, found);
            }
        }
        for (ShapeColumn column : before.columns()) {
            if (find(after, column).isEmpty()) {
                found.add("column " + column.name() + " dropped");
            }
        }
        if (!key(before).equals(key(after))) {
            found.add("its key is (" + key(after) + "), was (" + key(before) + ")");
        }
        return found.isEmpty() ? "columns in another order" : String.join("; ", found);
    }

    private static void addDifferences(ShapeColumn earlier, ShapeColumn column, List<String> found) {
        if (!earlier.name().equals(column.name())) {
            found.add("column " + earlier.name() + " renamed to " + column.name());
        }
        if (!earlier.type().equals(column.type())) {
            found.add("column " + column.name() + " is " + column.type() + ", was " + earlier.type());
        }
    }

    private static Optional<ShapeColumn> find(TableShape shape, ShapeColumn column) {
        return shape.columns().stream().filter(column::isSame).findFirst();
    }

    private static String key(TableShape shape) {
        return shape.columns().stream()
                .filter(ShapeColumn::key)
                .map(ShapeColumn::name)
                .collect(Collectors.joining(", "));
    }
}
