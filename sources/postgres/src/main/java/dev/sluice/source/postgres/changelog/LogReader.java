package dev.sluice.source.postgres.changelog;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.postgresql.copy.CopyOut;

/**
 * The rows of one window, transaction by transaction. First which transactions there are, in the order of their last changes:
 * who has waited for another one's row has changed it later. Then the rows of as many of them at a time as are read into
 * memory, so that no transaction of ours is open while nobody asks for more; only one that is larger is read on demand. For
 * one thread; blocking.
 */
final class LogReader {
    /** How much of the log is in memory. */
    private static final long PAGE_BYTES = 4 << 20;

    /** So many transactions are listed at once, 28 bytes each. */
    private static final int LISTED = 100_000;

    /** More would make a list of ids that is longer than what they have changed. */
    private static final int MOST_IN_GROUP = 10_000;

    /** Triggers that are set off by triggers: deeper ones are taken for as deep as this. */
    private static final int DEEPEST = 16;

    private final LogConnection connection;
    private final Tick from;
    private final Tick to;
    private final Deque<byte[]> page = new ArrayDeque<>();
    private final LogRow row = new LogRow();

    private long[] xids = new long[0];
    private long[] sizes = new long[0];
    private int[] depths = new int[0];
    private int listed;
    private int next;
    private long lastNumber;
    private boolean allListed;
    private String query = "";
    private long fetched;
    private boolean resting;
    private @Nullable CopyOut copying;

    LogReader(LogConnection connection, Tick from, Tick to) {
        this.connection = connection;
        this.from = from;
        this.to = to;
    }

    Tick from() {
        return from;
    }

    Tick to() {
        return to;
    }

    /** The next one, until the next call; null after the last. */
    @Nullable LogRow next() throws SQLException {
        while (page.isEmpty()) {
            if (resting) {
                resting = false;
                copying = copy(" OFFSET " + fetched);
            } else if (copying == null && !beginGroup()) {
                return null;
            }
            fill();
        }
        row.read(page.remove());
        return row;
    }

    /**
     * Ends a read that is under way, as nobody asks for more: it holds a snapshot, and the log. It goes on behind what was
     * fetched, since the rows of a window and their order never change.
     */
    void rest() throws SQLException {
        if (copying != null) {
            copying = null;
            resting = true;
            connection.close();
        }
    }

    private void fill() throws SQLException {
        CopyOut open = copying;
        long bytes = 0;
        while (open != null && bytes < PAGE_BYTES) {
            byte[] message = open.readFromCopy();
            if (message == null) {
                copying = null;
                return;
            }
            if (row.read(message)) { // not the trailer
                page.add(message);
                fetched++;
                bytes += message.length;
            }
        }
    }

    /** Those that take another order are in groups of their own. */
    private boolean beginGroup() throws SQLException {
        if (next == listed && !list()) {
            return false;
        }
        int end = next;
        long bytes = 0;
        int depth = depths[next];
        while (end < listed
                && end - next < MOST_IN_GROUP
                && depths[end] == depth
                && (end == next || bytes + sizes[end] <= PAGE_BYTES)) {
            bytes += sizes[end++];
        }
        query = rowsOf(next, end, depth);
        fetched = 0;
        copying = copy("");
        next = end;
        return true;
    }

    /** Numbers only, none of them a user's. */
    private String rowsOf(int begin, int end, int depth) {
        StringBuilder ids = new StringBuilder("'{");
        long lowest = Long.MAX_VALUE;
        long highest = Long.MIN_VALUE;
        for (int i = begin; i < end; i++) {
            ids.append(i == begin ? "" : ",").append(xids[i]);
            lowest = Math.min(lowest, xids[i]);
            highest = Math.max(highest, xids[i]);
        }
        ids.append("}'::bigint[]");
        String where = " WHERE xid BETWEEN " + lowest + " AND " + highest;
        String rows = "(SELECT * FROM sluice.log_0" + where + " UNION ALL SELECT * FROM sluice.log_1" + where + ") AS l"
                + " JOIN unnest(" + ids + ") WITH ORDINALITY AS t(xid, turn) USING (xid)";
        String columns = "xid, shape, operation, old_row, new_row";
        return depth <= 1
                ? "SELECT " + columns + " FROM " + rows + " ORDER BY turn, number, place"
                : "WITH l AS MATERIALIZED (SELECT l.*, turn FROM " + rows + ") SELECT " + columns + " FROM l JOIN ("
                        + beginnings(depth)
                        + ") AS b USING (xid, number) ORDER BY turn, b.beginning, depth, number, place";
    }

    private CopyOut copy(String offset) throws SQLException {
        return connection.get().getCopyAPI().copyOut("COPY (" + query + offset + ") TO STDOUT (FORMAT binary)");
    }

    /**
     * When each call's statement began, where triggers have changed more. It is logged when it ends, after everything deeper
     * that it has brought about; so it began after the last one before that which is not deeper.
     */
    private static String beginnings(int depth) {
        StringBuilder before = new StringBuilder();
        StringBuilder choice = new StringBuilder();
        for (int level = 1; level <= depth; level++) {
            before.append(", max(number) FILTER (WHERE depth <= ")
                    .append(level)
                    .append(") OVER earlier AS before_")
                    .append(level);
            choice.append(" WHEN ").append(level).append(" THEN before_").append(level);
        }
        return "SELECT xid, number, coalesce(begun, CASE least(depth, " + depth + ")" + choice + " END, 0) AS beginning"
                + " FROM (SELECT xid, number, depth, begun" + before
                + " FROM (SELECT DISTINCT xid, number, depth, begun FROM l) AS calls WINDOW earlier AS (PARTITION BY xid"
                + " ORDER BY number ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) AS c";
    }

    private boolean list() throws SQLException {
        if (allListed) {
            return false;
        }
        String where = " WHERE xid >= " + from.from() + " AND xid < " + to.from() + " OR xid = ANY ("
                + from.runningAsArray() + ")";
        String columns = "SELECT xid, number, depth,"
                + " coalesce(octet_length(old_row), 0) + coalesce(octet_length(new_row), 0) AS size";
        String query = "SELECT xid, max(number), sum(size)::bigint, least(max(depth), " + DEEPEST + ") FROM (" + columns
                + " FROM sluice.log_0" + where + " UNION ALL " + columns + " FROM sluice.log_1" + where
                + ") l GROUP BY xid HAVING max(number) > " + lastNumber
                + " AND pg_visible_in_snapshot(xid::text::xid8, '" + to.snapshot() + "') ORDER BY max(number) LIMIT "
                + LISTED;
        next = 0;
        listed = 0;
        try (Statement statement = connection.get().createStatement();
                ResultSet found = statement.executeQuery(query)) {
            while (found.next()) {
                makeRoom();
                xids[listed] = found.getLong(1);
                lastNumber = found.getLong(2);
                sizes[listed] = found.getLong(3);
                depths[listed] = found.getInt(4);
                listed++;
            }
        }
        allListed = listed < LISTED;
        return listed > 0;
    }

    private void makeRoom() {
        if (listed == xids.length) {
            int room = Math.max(64, listed * 2);
            xids = Arrays.copyOf(xids, room);
            sizes = Arrays.copyOf(sizes, room);
            depths = Arrays.copyOf(depths, room);
        }
    }

    /** Lets the planner use what there is for finding rows by transaction; the logs have no statistics. */
    static void prepare(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET enable_seqscan = off; SET work_mem = '64MB';"
                    + " SELECT set_config('synchronous_commit', 'on', false)"
                    + " WHERE current_setting('synchronous_commit') = 'off'"); // a tick is flushed before it is used
        }
    }
}
