package dev.sluice.postgres;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;
import java.util.List;

/**
 * The columns of a table as the catalog has them now.
 *
 * @param plain without dropped and generated ones, indexed as pgoutput sends them
 * @param highestGenerated the highest number of a generated column, 0 if there is none
 */
public record TableColumns(List<Column> plain, int highestGenerated) {
    /** Of a table that is gone. */
    public static final TableColumns NONE = new TableColumns(List.of(), 0);

    public TableColumns {
        plain = List.copyOf(plain);
    }

    /** The highest number of a column of either kind. */
    int highest() {
        return Math.max(highestGenerated, Relation.highestOf(plain));
    }
}
