package dev.sluice.source.postgres.stream;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.source.postgres.stream.Pace.Rests;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The loop: reads what the server sends until there is a batch worth handing on. One thread reads; {@link #stop} may be
 * called from any.
 */
final class ChangeReader {
    /** An open transaction that pauses this long is handed on in part: its end may be far away. */
    private static final long PART_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    /** The next status message is sent early when there is something to confirm and nothing else to do. */
    private static final long EARLY_STATUS_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private static final long CATALOGUE_IDLE_NANOS = TimeUnit.SECONDS.toNanos(5);

    /** So many reads in a row that neither brought anything nor waited for it are suspicious. */
    private static final int SUSPICIOUS_READS = 5;

    /** Nobody waits for a change that was committed so long ago. */
    private static final long BEHIND_MICROS = TimeUnit.SECONDS.toMicros(1);

    private static final long INSTANT_NANOS = TimeUnit.MICROSECONDS.toNanos(100);

    private static final long SUSPICIOUS_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final ReplicationLink link;
    private final ChangeAssembler assembler;
    private final Feedback feedback;
    private final CatalogueDescriber catalogue;
    private final StreamMeters meters;
    private final long silenceNanos;
    private final Pace pace;
    private volatile boolean stopped;
    /** To be taken before the next read, or once what has been read is handed on. */
    private long restNanos;

    private int emptyReads;
    private long emittedNanos;
    private long countedChanges;
    private long unreportedBytes;

    /** @param silence the server is asked to answer much more often: saying nothing for so long, it cannot be reached */
    ChangeReader(
            ReplicationLink link,
            ChangeAssembler assembler,
            Feedback feedback,
            CatalogueDescriber catalogue,
            StreamMeters meters,
            Duration silence) {
        this.link = link;
        this.assembler = assembler;
        this.feedback = feedback;
        this.catalogue = catalogue;
        this.meters = meters;
        this.silenceNanos = silence.toNanos();
        this.pace = new Pace(Rests.of(link.distance()), System.nanoTime());
        this.emittedNanos = System.nanoTime() - feedback.intervalNanos();
    }

    void stop() {
        stopped = true;
    }

    /** The next batch, however long it takes; null after {@link #stop}. */
    @Nullable ChangeBatch next() throws SQLException {
        takeRest();
        long before = System.nanoTime();
        long heard = before; // what came in while nobody asked is not missed
        while (!stopped) {
            byte[] message = link.poll();
            long now = System.nanoTime();
            if (message == null) {
                if (isTimeToEmitAfterSilence(now)) {
                    pace.nothing(now);
                    return emit();
                }
                requireAnswers(now - heard);
                rest(idle(now, now - before));
                before = System.nanoTime();
            } else if (take(message, now)) {
                return emit();
            } else {
                before = System.nanoTime();
                heard = before;
            }
        }
        return null;
    }

    /** A connection that a firewall has forgotten, or a proxy swallows, looks like one on which nothing happens. */
    private void requireAnswers(long silentNanos) throws SQLException {
        if (silentNanos > silenceNanos) {
            throw new SQLException(
                    "the server has not answered for " + TimeUnit.NANOSECONDS.toSeconds(silentNanos) + " seconds",
                    "08006");
        }
    }

    /** Handles one message; returns whether there is a batch to hand on. */
    private boolean take(byte[] message, long now) throws SQLException {
        emptyReads = 0;
        ReplicationLink.requireWhole(message);
        unreportedBytes += message.length;
        if (message[0] == ReplicationLink.XLOG_DATA) {
            int offset = ReplicationLink.PAYLOAD_OFFSET;
            byte code = message[offset];
            assembler.accept(message, offset, message.length - offset);
            if (pace.message(now, message.length)) {
                takeRest(); // what was to be handed on first has no end in sight
                restNanos = pace.looked(now, link.waitingBytes(), isBehind());
            }
            if (assembler.isFull() || code == 'C' && (pace.shouldEmit() || link.waitingBytes() == 0)) {
                return !assembler.isEmpty();
            }
            feedback.sendIfDue(now, false);
        } else if (message[0] == ReplicationLink.KEEPALIVE) {
            keepalive(message);
        } else {
            throw new SQLException("a replication message begins with byte " + message[0] + ", not w or k", "08P01");
        }
        return false;
    }

    /** By two clocks; that they differ costs some milliseconds at a high rate, or some of the rate. */
    private boolean isBehind() {
        long commitMicros = assembler.commitMicros();
        return commitMicros >= 0
                && TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis()) - commitMicros > BEHIND_MICROS;
    }

    private void takeRest() {
        long nanos = restNanos;
        restNanos = 0;
        rest(nanos);
    }

    /** What moved by it is handed on with what comes next, or after a while when nothing does. */
    private void keepalive(byte[] message) throws SQLException {
        link.requireNoWarning();
        long walEnd = ReplicationLink.walEnd(message);
        feedback.received(walEnd);
        assembler.keepalive(walEnd);
        if (ReplicationLink.asksForReply(message)) {
            feedback.send(false);
        }
    }

    /**
     * Each batch may make a sink commit, and that commit, in the same cluster, the server send a keepalive: a batch that
     * only moves the position waits for its turn, or the two would go on for ever.
     */
    private boolean isTimeToEmitAfterSilence(long now) {
        if (assembler.isEmpty()) {
            return false;
        }
        return assembler.isUrgent()
                ? !assembler.inTransaction() || pace.idleNanos(now) > PART_AFTER_NANOS
                : now - emittedNanos >= feedback.intervalNanos();
    }

    /** Nothing came; returns how long to rest. */
    private long idle(long now, long took) throws SQLException {
        report();
        long idleNanos = pace.idleNanos(now);
        if (feedback.hasNews() && feedback.nanosSinceSent(now) > EARLY_STATUS_NANOS) {
            feedback.send(false);
        } else {
            // The answer tells how far the server has come, also when nothing that we follow has changed.
            feedback.sendIfDue(now, true);
        }
        if (idleNanos > CATALOGUE_IDLE_NANOS && catalogue.isOpen()) {
            catalogue.close();
        }
        long rest = pace.nothing(now);
        if (took > INSTANT_NANOS) {
            emptyReads = 0;
            return rest;
        }
        if (++emptyReads >= SUSPICIOUS_READS) {
            emptyReads = 0;
            probe();
        }
        return SUSPICIOUS_REST_NANOS;
    }

    /** Reading without waiting does not tell a closed connection from a silent one. Asks, and waits for the answer. */
    private void probe() throws SQLException {
        feedback.send(true);
        byte[] message = link.await();
        if (message == null) {
            throw new SQLException("the server has ended the stream", "57P01");
        }
        take(message, System.nanoTime());
    }

    /** See {@link ChangeAssembler#lastTable}. */
    @Nullable String lastTable() {
        return assembler.lastTable();
    }

    private ChangeBatch emit() throws SQLException {
        link.requireNoWarning();
        ChangeBatch batch = assembler.build();
        pace.emitted();
        emittedNanos = System.nanoTime();
        feedback.emitted(batch.last().lsn());
        report();
        meters.changes(assembler.changes() - countedChanges);
        countedChanges = assembler.changes();
        return batch;
    }

    private void report() {
        if (unreportedBytes > 0) {
            meters.received(unreportedBytes);
            unreportedBytes = 0;
        }
    }

    private static void rest(long nanos) {
        if (nanos > 0) {
            LockSupport.parkNanos(nanos);
        }
    }
}
