package dev.sluice.bench.server;

import dev.sluice.engine.change.Position;
import java.sql.SQLException;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Changes that wait in the WAL behind a slot. Every reader gets a copy of that one slot, so that all read the same. Written
 * once, by {@link Workload}; for one thread.
 */
public final class Backlog {
    private final Workload workload;
    private final String slot;
    private final Position start;
    /** How many changes lie before some positions. */
    private final NavigableMap<Long, Position> marks = new TreeMap<>();

    private double changesPerInsert = 1;
    private String fingerprint = "";

    /** Makes the slot; nothing is written yet. */
    Backlog(Workload workload, String part) throws SQLException {
        this.workload = workload;
        this.slot = workload.name() + "_" + part + "_base";
        workload.server().execute("SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
        this.start = workload.server().end();
    }

    /** Where it begins. */
    public Position start() {
        return start;
    }

    void mark(long changes) throws SQLException {
        marks.put(changes, workload.server().end());
    }

    /**
     * All is written.
     *
     * @param contents of the tables now
     * @param inserts how many of the changes insert a row
     */
    void finish(String contents, long inserts) throws SQLException {
        changesPerInsert = rows() / (double) Math.max(1, inserts);
        fingerprint = contents;
        // A little more WAL, so that there is something at the end even where a page begins there.
        workload.server().execute("SELECT pg_logical_emit_message(false, 'sluice_bench', 'end')", "CHECKPOINT");
    }

    /** How many changes it has. */
    public long rows() {
        return marks.isEmpty() ? 0 : marks.lastKey();
    }

    /** Whoever has everything before it has all of it. */
    public Position end() {
        return marks.isEmpty() ? Position.NONE : marks.lastEntry().getValue();
    }

    /** Its first part, of {@code rows} changes or a few more; for readers that would take too long with all of it. */
    public Part part(long rows) {
        Map.Entry<Long, Position> mark = marks.ceilingEntry(rows);
        return mark == null ? new Part(rows(), end()) : new Part(mark.getKey(), mark.getValue());
    }

    /** All of it. */
    public Part whole() {
        return new Part(rows(), end());
    }

    /**
     * A part from the beginning on.
     *
     * @param rows how many changes
     * @param until whoever has everything before it has them
     */
    public record Part(long rows, Position until) {}

    /** How many changes it has for each row that it inserts. */
    public double changesPerInsert() {
        return changesPerInsert;
    }

    /** What is in the tables once everything is applied: see {@link Contents}. */
    public String fingerprint() {
        return fingerprint;
    }

    public Workload workload() {
        return workload;
    }

    /** A slot of its own for one reader, at the beginning of the backlog. */
    public ReaderSlot slot(String reader) throws SQLException {
        return ReaderSlot.copyOf(workload.server(), slot, workload.name() + "_" + reader);
    }
}
