package dev.sluice.sink.postgres;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows gathered column by column, as {@code unnest(text[], ..)} wants them. For one thread. */
final class RowArrays {
    private final @Nullable String[][] columns;
    private int rows;

    /** @param expectedRows grows when there are more */
    RowArrays(int columnCount, int expectedRows) {
        columns = new String[columnCount][Math.max(1, expectedRows)];
    }

    /** Begins a row, all of it NULL. */
    void addRow() {
        if (rows == columns[0].length) {
            for (int i = 0; i < columns.length; i++) {
                columns[i] = Arrays.copyOf(columns[i], rows * 2);
            }
        }
        rows++;
    }

    /** Sets a value of the last row. */
    void set(int column, @Nullable String value) {
        columns[column][rows - 1] = value;
    }

    /** Whether no row was added. */
    boolean isEmpty() {
        return rows == 0;
    }

    /** One {@code String[]} per column; the rows cannot be added to any more. */
    List<@Nullable Object> parameters() {
        List<@Nullable Object> parameters = new ArrayList<>(columns.length);
        for (@Nullable String[] column : columns) {
            parameters.add(column.length == rows ? column : Arrays.copyOf(column, rows));
        }
        return parameters;
    }
}
