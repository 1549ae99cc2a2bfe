package dev.sluice.daemon.verify;

import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** How a source and a target compare, table by table. */
public record VerifyReport(List<TableReport> tables) {
    public VerifyReport {
        tables = List.copyOf(tables);
    }

    /** Whether everything was compared, and nothing differs. */
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

    /** Rows about which nothing can be said. */
    public long unsettled() {
        return tables.stream().mapToLong(TableReport::unsettled).sum();
    }

    /** This one and another as one. */
    public VerifyReport and(VerifyReport other) {
        return new VerifyReport(
                Stream.concat(tables.stream(), other.tables.stream()).toList());
    }

    /** The closing line: {@code in step: 4 tables, 1200 rows, 0 differences}; more if not everything could be compared. */
    public String summary() {
        return String.format(
                Locale.ROOT,
                "%s: %d %s, %d %s, %d %s",
                verdict(),
                tables.size(),
                tables.size() == 1 ? "table" : "tables",
                rows(),
                rows() == 1 ? "row" : "rows",
                differences(),
                differences() == 1 ? "difference" : "differences");
    }

    private String verdict() {
        String verdict = tables.stream().anyMatch(TableReport::isDifferent) ? "not in step" : "in step";
        if (unsettled() == 0) {
            return verdict;
        }
        String rows = String.format(Locale.ROOT, "%d %s", unsettled(), unsettled() == 1 ? "row" : "rows");
        boolean behind = tables.stream().anyMatch(table -> table.behind() != null);
        if (behind) {
            String also = verdict.equals("in step") ? "" : verdict + " and ";
            return also + "not compared to the end, the target is behind; " + rows + " left";
        }
        return verdict + ", but " + rows + " moved at every look and could not be compared";
    }
}
