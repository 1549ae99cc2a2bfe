package dev.sluice.engine.change;

/**
 * A place in the source's stream of changes: everything up to and including it has been seen.
 *
 * <p>The position of a change is {@code (commit LSN of its transaction, ordinal inside it)}, ordinals counting from 1.
 * A boundary, where no transaction is open, is {@code (end LSN, 0)}. A commit record starts at the commit LSN and ends
 * at the end LSN, and the next commit record starts at or after that end, so for two transactions in commit order
 *
 * <pre>(commit1, 1) &lt; (commit1, n) &lt; (end1, 0) &lt; (commit2, 1)      because commit1 &lt; end1 &lt;= commit2</pre>
 *
 * and {@link #lsn()} of any position may be confirmed to the server: a server that is asked to start there sends again
 * every transaction whose commit record starts at or after it (PostgreSQL, {@code SnapBuildXactNeedsSkip}), so the
 * transaction that a position lies inside of comes again, whole.
 *
 * <p>An LSN alone is not an offset: the rows of one statement can share one, and interleaved transactions deliver lower
 * ones later. A change log counts ticks where a slot has LSNs; the order is the same.
 *
 * @param lsn commit LSN, or end LSN at a boundary; unsigned
 * @param ordinal 0 at a boundary, otherwise the change's number inside its transaction, from 1
 */
public record Position(long lsn, long ordinal) implements Comparable<Position> {
    /** Before everything; what a sink that has never been filled returns. */
    public static final Position NONE = new Position(0, 0);

    public Position {
        if (ordinal < 0) {
            throw new IllegalArgumentException("ordinal is negative: " + ordinal);
        }
    }

    /** The place after a transaction that ends at {@code endLsn}, or after everything before it when nothing is open. */
    public static Position boundary(long endLsn) {
        return new Position(endLsn, 0);
    }

    /** Reads what {@link #toString} writes, {@code 16/B374D848} or {@code 16/B374D848:3}. */
    public static Position parse(String text) {
        int colon = text.indexOf(':');
        String lsn = colon < 0 ? text : text.substring(0, colon);
        long ordinal = colon < 0 ? 0 : Long.parseLong(text.substring(colon + 1));
        return new Position(parseLsn(lsn), ordinal);
    }

    /** Reads PostgreSQL's {@code pg_lsn} text form, two hexadecimal numbers of 32 bits with a slash between. */
    public static long parseLsn(String text) {
        int slash = text.indexOf('/');
        if (slash < 1) {
            throw new IllegalArgumentException("not an LSN: " + text);
        }
        return (long) parseHalf(text, 0, slash) << 32 | parseHalf(text, slash + 1, text.length()) & 0xFFFF_FFFFL;
    }

    private static int parseHalf(String text, int from, int to) {
        if (from < to && text.charAt(from) == '+') {
            throw new IllegalArgumentException("not an LSN: " + text);
        }
        return Integer.parseUnsignedInt(text, from, to, 16);
    }

    /** PostgreSQL's {@code pg_lsn} text form. */
    public static String formatLsn(long lsn) {
        return Long.toHexString(lsn >>> 32).toUpperCase(java.util.Locale.ROOT)
                + "/"
                + Long.toHexString(lsn & 0xFFFF_FFFFL).toUpperCase(java.util.Locale.ROOT);
    }

    public boolean isBoundary() {
        return ordinal == 0;
    }

    public boolean isNone() {
        return lsn == 0 && ordinal == 0;
    }

    public boolean isAfter(Position other) {
        return compareTo(other) > 0;
    }

    /** The later of the two; positions only ever move this way. */
    public Position max(Position other) {
        return compareTo(other) >= 0 ? this : other;
    }

    /** The earlier of the two. */
    public Position min(Position other) {
        return compareTo(other) <= 0 ? this : other;
    }

    @Override
    public int compareTo(Position other) {
        int byLsn = Long.compareUnsigned(lsn, other.lsn);
        return byLsn != 0 ? byLsn : Long.compare(ordinal, other.ordinal);
    }

    @Override
    public String toString() {
        return ordinal == 0 ? formatLsn(lsn) : formatLsn(lsn) + ":" + ordinal;
    }
}
