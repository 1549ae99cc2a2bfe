package dev.sluice.source.postgres.copy;

/**
 * The pages of a table that one chunk reads. They mean something only as long as the table is in the file in which it was
 * when they were chosen: VACUUM FULL and CLUSTER move rows to other pages.
 *
 * @param from first page
 * @param to first page of the next chunk; {@link #END} for the last, which reads on to wherever the table ends
 * @param fileNode {@code pg_class.relfilenode} at the snapshot
 */
record PageRange(long from, long to, long fileNode) {
    static final long END = -1;

    /** A condition for WHERE: a TID range scan, since PostgreSQL 14. */
    String condition() {
        String begin = "ctid >= '(" + from + ",0)'::pg_catalog.tid";
        return to == END ? begin : begin + " AND ctid < '(" + to + ",0)'::pg_catalog.tid";
    }
}
