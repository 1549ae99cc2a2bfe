package dev.sluice.bench.server;

import java.sql.SQLException;

/**
 * What is in a table, so that two of them can be compared after a measurement: the number of rows and the sum of the hashes
 * of their text forms. A peer that lost or doubled a row has not done the work that it was measured at.
 */
public final class Contents {
    private Contents() {}

    /** Of one table, whose columns must be in the same order wherever it is compared. */
    public static String of(BenchServer server, String table) throws SQLException {
        return server.value("SELECT count(*) || ' rows, hash ' || coalesce(sum(hashtextextended(t::text, 0)), 0) FROM "
                + table + " AS t");
    }
}
