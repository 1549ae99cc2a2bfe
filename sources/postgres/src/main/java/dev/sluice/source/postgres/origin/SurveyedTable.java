package dev.sluice.source.postgres.origin;

import dev.sluice.postgres.PrimaryKey;
import dev.sluice.postgres.Table;
import java.util.List;

/**
 * A table of the source, and what the pipeline does about it.
 *
 * @param key its primary key
 * @param bytes what it takes on disk, TOAST and partitions included
 * @param identified whether changes of its rows tell which one it was: by a replica identity, or as images are whole
 * @param fate whether it is followed
 * @param reasons why it is not followed, or what is to be known of it; a sentence each, without a full stop
 */
public record SurveyedTable(
        Table table, PrimaryKey key, long bytes, boolean identified, Fate fate, List<String> reasons) {
    public SurveyedTable {
        reasons = List.copyOf(reasons);
    }

    /** What becomes of a table. */
    public enum Fate {
        /** It is followed, or will be from the next start on. */
        IN,
        /** It is left out. */
        OUT,
        /** It matches, and keeps the pipeline from starting. */
        REFUSED
    }

    /** Whether rows could be kept in step in one direction: each can be found again. */
    public boolean qualifiesForOneWay() {
        return table.logged() && identified;
    }

    /** Whether rows could be inserted on both sides: the database makes up a key of one column. */
    public boolean qualifiesForTwoWay() {
        return qualifiesForOneWay() && key.generated() != PrimaryKey.Generated.NOT;
    }
}
