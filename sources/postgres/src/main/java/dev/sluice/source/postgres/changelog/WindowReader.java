package dev.sluice.source.postgres.changelog;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.source.postgres.pgoutput.Begin;
import dev.sluice.source.postgres.pgoutput.Commit;
import dev.sluice.source.postgres.pgoutput.MalformedMessageException;
import dev.sluice.source.postgres.pgoutput.RelationMessage;
import dev.sluice.source.postgres.pgoutput.RowMessage;
import dev.sluice.source.postgres.pgoutput.Truncate;
import dev.sluice.source.postgres.stream.ChangeAssembler;
import dev.sluice.source.postgres.stream.StreamMeters;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.jdbc.PgConnection;

/**
 * Follows the change log from tick to tick, as if a slot sent it. The n-th transaction of a window has the position of the
 * tick before it, plus twice n: there is always room, as two ticks are further from each other than there are transactions
 * between them. For one thread; blocking, except {@link #stop}.
 */
final class WindowReader {
    private final PgConnection connection;
    private final LogConnection rows;
    private final ChangeAssembler assembler;
    private final LogShapes shapes = new LogShapes();
    private final RowEncoder encoder = new RowEncoder();
    private final Map<Long, RelationMessage> described = new HashMap<>();
    private final StreamMeters meters;
    private final Pause pause;
    private final long intervalNanos;

    private Tick reached;
    private @Nullable LogReader window;
    private long transactions;
    private long openXid = -1;
    private long commitLsn;
    private long emittedNanos;
    private long countedChanges;
    private volatile boolean stopped;

    /**
     * @param rows over which rows are read
     * @param reached the last tick at or before the position to go on from
     * @param pause between two looks
     * @param intervalNanos how often at least is told that the position has moved, if nothing else happens
     */
    WindowReader(
            PgConnection connection,
            LogConnection rows,
            ChangeAssembler assembler,
            StreamMeters meters,
            Tick reached,
            Pause pause,
            long intervalNanos) {
        this.connection = connection;
        this.rows = rows;
        this.assembler = assembler;
        this.meters = meters;
        this.reached = reached;
        this.pause = pause;
        this.intervalNanos = intervalNanos;
        this.emittedNanos = System.nanoTime() - intervalNanos;
    }

    /** Any thread. */
    void stop() {
        stopped = true;
        pause.end();
    }

    /** The next batch, however long it takes; null after {@link #stop}. */
    @Nullable ChangeBatch next() throws SQLException {
        while (!stopped) {
            LogReader open = window;
            LogRow row = open == null ? null : open.next();
            if (row != null) {
                pause.shorten();
                take(row);
                if (assembler.isFull()) {
                    return emit();
                }
            } else if (open != null) {
                endWindow(open);
                if (assembler.isUrgent()) {
                    return emit();
                }
            } else if (!beginWindow()) {
                if (!assembler.isEmpty() && System.nanoTime() - emittedNanos >= intervalNanos) {
                    return emit();
                }
                pause.take();
            }
        }
        return null;
    }

    private boolean beginWindow() throws SQLException {
        Tick next = Tick.next(connection, reached.position(), false);
        meters.received(0);
        if (next == null) {
            return false;
        }
        shapes.readNew(connection);
        transactions = 0;
        window = new LogReader(rows, reached, next);
        return true;
    }

    private void endWindow(LogReader ended) {
        endTransaction();
        reached = ended.to();
        window = null;
        assembler.keepalive(reached.position());
    }

    private void take(LogRow row) throws SQLException {
        if (row.xid() != openXid) {
            endTransaction();
            beginTransaction(row.xid());
        }
        LogShape shape = shapes.find(row.shape());
        if (shape == null) {
            shape = shapes.readLate(connection, row.shape());
        }
        if (shape == null) {
            throw new SyncException(
                    ErrorKind.SOURCE_GAP,
                    "row " + row.shape() + " of sluice.shape is gone, so that rows of the change log cannot be read");
        }
        describe(shape.message());
        meters.received(row.length());
        if (row.operation() == Truncate.CODE) {
            assembler.truncate(
                    new Truncate(false, false, List.of(shape.message().oid())));
        } else {
            encode(row, shape);
            assembler.accept(encoder.bytes(), 0, encoder.length());
        }
    }

    private void encode(LogRow row, LogShape shape) {
        if (row.operation() != RowMessage.INSERT
                && row.operation() != RowMessage.UPDATE
                && row.operation() != RowMessage.DELETE) {
            throw new MalformedMessageException(
                    "row of the change log", "operation", "one of I, U, D, T", "byte " + row.operation());
        }
        try {
            encoder.encode(row, shape);
        } catch (IllegalArgumentException malformed) {
            throw new MalformedMessageException(
                    "row of the change log",
                    "text",
                    "a row of " + shape.message().schema() + "."
                            + shape.message().name(),
                    String.valueOf(malformed.getMessage()));
        }
    }

    /** Partitions of one table have shapes of their own that look the same. */
    private void describe(RelationMessage message) throws SQLException {
        RelationMessage last = described.get(message.oid());
        if (last != message && !message.equals(last)) {
            assembler.relation(message);
        }
        if (last != message) {
            described.put(message.oid(), message);
        }
    }

    private void beginTransaction(long xid) {
        LogReader open = window;
        if (open == null) {
            throw new IllegalStateException("a row without a window");
        }
        openXid = xid;
        commitLsn = open.from().position() + 2 * transactions + 1;
        transactions++;
        if (commitLsn + 1 >= open.to().position()) {
            throw new SyncException(
                    ErrorKind.INTERNAL,
                    "more transactions between two ticks than there can be, from " + reached.position());
        }
        assembler.begin(new Begin(commitLsn, open.to().micros(), xid & 0xFFFF_FFFFL));
    }

    private void endTransaction() {
        if (openXid >= 0) {
            LogReader open = window;
            long micros = open == null ? reached.micros() : open.to().micros();
            assembler.commit(new Commit(commitLsn, commitLsn + 1, micros));
            openXid = -1;
        }
    }

    private ChangeBatch emit() {
        emittedNanos = System.nanoTime();
        meters.changes(assembler.changes() - countedChanges);
        countedChanges = assembler.changes();
        return assembler.build();
    }

    /** Nobody asks for more, for now; see {@link LogReader#rest}. Not while something is read. */
    void rest() throws SQLException {
        LogReader open = window;
        if (open != null) {
            open.rest();
        }
    }

    /** How long to look away, which grows as long as nothing happens. */
    static final class Pause {
        private static final long SHORTEST_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
        private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(1);

        private long nanos = SHORTEST_NANOS;
        private boolean ended;

        /** Looks away, unless it is to end. */
        synchronized void take() {
            long until = System.nanoTime() + nanos;
            try {
                for (long left = nanos; !ended && left > 0; left = until - System.nanoTime()) {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                }
            } catch (InterruptedException cancelled) {
                Thread.currentThread().interrupt();
                ended = true;
            }
            nanos = Math.min(LONGEST_NANOS, nanos + nanos / 4);
        }

        synchronized void shorten() {
            nanos = SHORTEST_NANOS;
        }

        /** Any thread. */
        synchronized void end() {
            ended = true;
            notifyAll();
        }
    }
}
