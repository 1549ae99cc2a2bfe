package dev.sluice.sink.postgres;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A relation as it was when its table in the target last had all of its columns. What is new since then was added in the
 * source; what the target lacks and is not new, the target has lost.
 *
 * @param oid in the source
 * @param schema of the table, as the sink sees it
 * @param name of the table, as the sink sees it
 * @param highest see {@link Relation#highest}
 */
record SourceShape(long oid, String schema, String name, int highest, List<Known> columns) {
    SourceShape {
        columns = List.copyOf(columns);
    }

    /**
     * @param number in the source, 0 if it was not known
     * @param targetNumber in the target
     * @param notNull whether the source forbade NULL
     */
    record Known(String name, int number, int targetNumber, boolean notNull) {}

    /** @param before the shape until now: it may know numbers that could not be asked for any more */
    static SourceShape of(Relation relation, TargetTable target, @Nullable SourceShape before) {
        List<Known> known = new ArrayList<>();
        for (Column column : relation.columns()) {
            int number = column.number();
            if (number == 0 && before != null) {
                number = before.named(column.name()).map(Known::number).orElse(0);
            }
            int targetNumber =
                    target.column(column.name()).map(TargetColumn::number).orElse(0);
            known.add(new Known(column.name(), number, targetNumber, column.notNull()));
        }
        int highest = Math.max(relation.highest(), before == null ? 0 : before.highest);
        return new SourceShape(relation.oid(), relation.schema(), relation.name(), highest, known);
    }

    String displayName() {
        return schema + "." + name;
    }

    /** The same with the names that the columns have in the target now, without those that it has lost. */
    SourceShape asIn(TargetTable target) {
        List<Known> there = new ArrayList<>();
        for (Known known : columns) {
            target.columns().stream()
                    .filter(column -> column.number() == known.targetNumber())
                    .findFirst()
                    .ifPresent(column ->
                            there.add(new Known(column.name(), known.number(), known.targetNumber(), known.notNull())));
        }
        return new SourceShape(oid, schema, name, highest, there);
    }

    boolean isRenamed(Relation now) {
        return !displayName().equals(now.displayName());
    }

    Optional<Known> named(String column) {
        return columns.stream().filter(known -> known.name().equals(column)).findFirst();
    }

    /** What a column was called before it was renamed; empty if it was not. */
    Optional<String> formerName(Column column) {
        return columns.stream()
                .filter(known -> known.number() != 0 && known.number() == column.number())
                .map(Known::name)
                .filter(name -> !name.equals(column.name()))
                .findFirst();
    }

    /** Whether a column of {@code relation} was added in the source since. One that a route left out until now was not. */
    boolean isAddition(Column column, Relation relation) {
        return column.number() > highest && named(column.name()).isEmpty() && !mayBeRenamed(relation);
    }

    /** A column went whose number is not known, so that it may be there under another name. */
    private boolean mayBeRenamed(Relation relation) {
        return columns.stream().filter(known -> known.number() == 0).anyMatch(known -> relation.columns().stream()
                .noneMatch(column -> column.name().equals(known.name())));
    }

    /** Whether the source allows NULL now and did not before. */
    boolean isRelaxed(Column column) {
        return !column.notNull() && named(column.name()).filter(Known::notNull).isPresent();
    }

    /** Whether the source dropped a column and added another of that name, and the target still has the first one. */
    boolean isReplaced(Column column, TargetColumn target) {
        return named(column.name())
                .filter(known -> known.number() != 0 && column.number() != 0 && known.number() != column.number())
                .filter(known -> known.targetNumber() == target.number())
                .isPresent();
    }

    String columnsAsJson() {
        JsonArray array = new JsonArray();
        columns.forEach(known -> array.add(new JsonObject()
                .put("name", known.name())
                .put("number", known.number())
                .put("targetNumber", known.targetNumber())
                .put("notNull", known.notNull())));
        return array.encode();
    }

    static List<Known> columnsOf(String json) {
        JsonArray array = new JsonArray(json);
        List<Known> columns = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            JsonObject column = array.getJsonObject(i);
            columns.add(new Known(
                    column.getString("name"),
                    column.getInteger("number"),
                    column.getInteger("targetNumber"),
                    column.getBoolean("notNull")));
        }
        return columns;
    }
}
