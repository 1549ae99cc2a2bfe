package dev.sluice.daemon.verify;

import java.util.List;

/**
 * How one table compares.
 *
 * @param table for people, unquoted
 * @param rows rows of the source that were compared
 * @param differences how many keys differ
 * @param first the first of them in the order of the keys
 * @param unsettled keys that changed in the source whenever we looked, so that nothing can be said about them
 * @param problems why the table could not be compared, or not all of it; each counts as a difference
 */
public record TableReport(
        String table, long rows, long differences, List<Difference> first, long unsettled, List<String> problems) {
    public TableReport {
        first = List.copyOf(first);
        problems = List.copyOf(problems);
    }

    static TableReport notCompared(String table, String problem) {
        return new TableReport(table, 0, 0, List.of(), 0, List.of(problem));
    }

    public boolean inStep() {
        return differences == 0 && problems.isEmpty();
    }
}
