package dev.sluice.daemon.verify;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How one table compares.
 *
 * @param table for people, unquoted
 * @param rows rows of the source that were compared
 * @param differences how many keys differ
 * @param first the first of them in the order of the keys
 * @param unsettled keys about which nothing can be said: they changed in the source whenever we looked, or the target has
 *     not come far enough
 * @param behind how far the target was from where it had to be to tell, or null if it got there
 * @param problems why the table could not be compared, or not all of it; each counts as a difference
 */
public record TableReport(
        String table,
        long rows,
        long differences,
        List<Difference> first,
        long unsettled,
        @Nullable String behind,
        List<String> problems) {
    public TableReport {
        first = List.copyOf(first);
        problems = List.copyOf(problems);
    }

    static TableReport notCompared(String table, String problem) {
        return new TableReport(table, 0, 0, List.of(), 0, null, List.of(problem));
    }

    /** Whether all of it was compared, and nothing differs. */
    public boolean inStep() {
        return !isDifferent() && unsettled == 0;
    }

    /** Whether anything is known to differ. */
    public boolean isDifferent() {
        return differences > 0 || !problems.isEmpty();
    }
}
