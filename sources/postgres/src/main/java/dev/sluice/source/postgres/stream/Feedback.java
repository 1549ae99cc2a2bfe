package dev.sluice.source.postgres.stream;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the server is told on one connection: how far we have read, and what it may forget. The reading thread sends as it
 * goes; a timer sends when the reader has no demand and does not read, so that the server never takes us for dead.
 *
 * <p>Any thread. Never confirms more than what has been emitted, or was durable before the stream began.
 */
final class Feedback {
    private final ReplicationLink link;
    private final AtomicLong confirmed;
    private final long intervalNanos;
    private volatile long written;
    private volatile long emitted;
    private volatile long sentAtNanos;
    private volatile long sentFlush;

    /**
     * @param confirmed the greatest LSN that was confirmed, which grows while this is in use
     * @param startLsn where the stream starts
     */
    Feedback(ReplicationLink link, AtomicLong confirmed, long startLsn, long intervalNanos) {
        this.link = link;
        this.confirmed = confirmed;
        this.written = startLsn;
        this.emitted = startLsn;
        this.intervalNanos = intervalNanos;
        this.sentAtNanos = System.nanoTime() - intervalNanos;
    }

    /** Everything before {@code lsn} has come in. Called by the reading thread only. */
    void received(long lsn) {
        if (Long.compareUnsigned(lsn, written) > 0) {
            written = lsn;
        }
    }

    long received() {
        return written;
    }

    /** Everything up to a position with this LSN has been handed on. Called by the reading thread only. */
    void emitted(long lsn) {
        if (Long.compareUnsigned(lsn, emitted) > 0) {
            emitted = lsn;
        }
        received(lsn);
    }

    /** Time between two status messages. */
    long intervalNanos() {
        return intervalNanos;
    }

    boolean isDue(long nowNanos) {
        return nowNanos - sentAtNanos >= intervalNanos;
    }

    /** Whether the server does not know yet what it may forget. */
    boolean hasNews() {
        return Long.compareUnsigned(flushable(), sentFlush) > 0;
    }

    long nanosSinceSent(long nowNanos) {
        return nowNanos - sentAtNanos;
    }

    void sendIfDue(long nowNanos, boolean askForReply) throws SQLException {
        if (isDue(nowNanos)) {
            send(askForReply);
        }
    }

    synchronized void send(boolean askForReply) throws SQLException {
        long flush = flushable();
        link.sendStatus(written, flush, askForReply);
        sentFlush = flush;
        sentAtNanos = System.nanoTime();
    }

    /** The greatest LSN that may be confirmed. */
    long flushable() {
        long durable = confirmed.get();
        return Long.compareUnsigned(durable, emitted) <= 0 ? durable : emitted;
    }
}
