package dev.sluice.sink.postgres;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows gathered column by column, as {@code unnest(text[], ..)} wants them. For one thread. */
final class RowArrays {
    private final TextArray[] columns;

    /** @param expectedRows grows when there are more */
    RowArrays(int columnCount, int expectedRows) {
        columns = new TextArray[columnCount];
        Arrays.setAll(columns, any -> new TextArray(expectedRows));
    }

    /** Adds one more row's value to a column; whoever adds a row gives each column its value. */
    void add(int column, byte @Nullable [] source, int offset, int count) {
        columns[column].add(source, offset, count);
    }

    /** One {@link TextArray} per column; the rows cannot be added to any more. */
    List<@Nullable Object> parameters() {
        return Arrays.asList((@Nullable Object[]) columns);
    }
}
