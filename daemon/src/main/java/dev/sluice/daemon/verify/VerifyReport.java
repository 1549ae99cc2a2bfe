package dev.sluice.daemon.verify;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How a source and a target compare, table by table. */
public record VerifyReport(List<TableReport> tables) {
    public VerifyReport {
        tables = List.copyOf(tables);
    }

    public boolean inStep() {
        return tables.stream().allMatch(TableReport::inStep);
    }

    public long rows() {
        return tables.stream().mapToLong(TableReport::rows).sum();
    }

    /** Keys that differ, and tables that could not be compared. */
    public long differences() {
        return tables.stream()
                .mapToLong(table -> table.differences() + table.problems().size())
                .sum();
    }

    /** This one and another as one. */
    public VerifyReport and(VerifyReport other) {
        return new VerifyReport(
                Stream.concat(tables.stream(), other.tables.stream()).toList());
    }

    /** The closing line: {@code in step: 4 tables, 1200 rows, 0 differences}. */
    public String summary() {
        return String.format(
                Locale.ROOT,
                "%s: %d %s, %d %s, %d %s",
                inStep() ? "in step" : "not in step",
                tables.size(),
                tables.size() == 1 ? "table" : "tables",
                rows(),
                rows() == 1 ? "row" : "rows",
                differences(),
                differences() == 1 ? "difference" : "differences");
    }
}
