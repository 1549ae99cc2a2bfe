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
     * @param name in the target, as far as its columns keep their names; otherwise as in the source
     * @param sourceName in the source
     * @param number in the source, 0 if it was not known
     * @param targetNumber in the target
     * @param notNull whether the source forbade NULL; no longer true where the target has not followed yet
     * @param defaultText see {@link Column#defaultText}
     */
    record Known(
            String name,
            String sourceName,
            int number,
            int targetNumber,
            boolean notNull,
            @Nullable String defaultText) {
        Known named(String other) {
            return new Known(other, sourceName, number, targetNumber, notNull, defaultText);
        }

        /** The same column, whatever it is called. */
        Optional<Column> in(Relation relation) {
            return relation.columns().stream()
                    .filter(column -> column.number() == number)
                    .findFirst();
        }

        /** Whether another column has its name instead. */
        boolean isReplacedIn(Relation relation) {
            return in(relation).isEmpty()
                    && relation.columns().stream()
                            .anyMatch(column -> column.name().equals(name));
        }
    }

    /**
     * @param seen the relation with the names that its columns have in the target
     * @param before the shape until now: it may know numbers that could not be asked for any more
     */
    static SourceShape of(Relation relation, Relation seen, TargetTable target, @Nullable SourceShape before) {
        List<Known> known = new ArrayList<>();
        for (int i = 0; i < seen.columns().size(); i++) {
            Column column = seen.columns().get(i);
            TargetColumn there = target.column(column.name()).orElse(null);
            known.add(known(column, relation.columns().get(i).name(), there, before));
        }
        int highest = Math.max(relation.highest(), before == null ? 0 : before.highest);
        return new SourceShape(relation.oid(), relation.schema(), relation.name(), highest, known);
    }

    private static Known known(
            Column column, String sourceName, @Nullable TargetColumn there, @Nullable SourceShape before) {
        Known earlier = before == null ? null : before.named(column.name()).orElse(null);
        int number = column.number();
        boolean follows = before == null || earlier != null && earlier.notNull() || there != null && there.notNull();
        return new Known(
                column.name(),
                sourceName,
                number == 0 && earlier != null ? earlier.number() : number,
                there == null ? 0 : there.number(),
                column.notNull() && follows,
                number == 0 && earlier != null ? earlier.defaultText() : column.defaultText());
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
                    .ifPresent(column -> there.add(known.named(column.name())));
        }
        return new SourceShape(oid, schema, name, highest, there);
    }

    /**
     * Whether it is certain which column of the relation is which of these. The server sends columns in the order of their
     * numbers; a column that was replaced has the name, not the number.
     */
    boolean knowsNumbersOf(Relation relation) {
        int last = 0;
        for (Column column : relation.columns()) {
            if (column.number() <= last) {
                return false;
            }
            last = column.number();
        }
        return columns.stream().allMatch(known -> known.number() != 0 && !known.isReplacedIn(relation));
    }

    /**
     * What the target calls a column; empty if that is not known.
     *
     * @param byNumber whether the column's number is certain; otherwise it is one that was called so when last met
     */
    Optional<String> nameKept(Column column, TargetTable target, boolean byNumber) {
        return columns.stream()
                .filter(known -> byNumber
                        ? known.number() == column.number()
                        : known.sourceName().equals(column.name()))
                .flatMap(known -> target.columns().stream()
                        .filter(there -> there.number() == known.targetNumber()
                                && there.name().equals(known.name())
                                && !there.generated()))
                .map(TargetColumn::name)
                .findFirst();
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
                .put("sourceName", known.sourceName())
                .put("number", known.number())
                .put("targetNumber", known.targetNumber())
                .put("notNull", known.notNull())
                .put("default", known.defaultText())));
        return array.encode();
    }

    static List<Known> columnsOf(String json) {
        JsonArray array = new JsonArray(json);
        List<Known> columns = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            JsonObject column = array.getJsonObject(i);
            columns.add(new Known(
                    column.getString("name"),
                    column.getString("sourceName", column.getString("name")),
                    column.getInteger("number"),
                    column.getInteger("targetNumber"),
                    column.getBoolean("notNull"),
                    column.getString("default")));
        }
        return columns;
    }
}
