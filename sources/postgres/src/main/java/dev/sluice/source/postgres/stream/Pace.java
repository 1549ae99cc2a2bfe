package dev.sluice.source.postgres.stream;

/**
 * When to hand on what has been read, and when to let the socket fill before reading on. Told of every read; keeps no
 * time of its own. For one thread.
 *
 * <p>The walsender makes one send per change. Whoever wakes for each of them costs the server, and itself, most of the
 * time. Whether more is waiting cannot be asked for (TLS, and pgjdbc's own buffer), but a read that had to go to the
 * system takes longer than one from the buffer, and when little came since the one before, the socket was empty: the
 * server had nothing more at that moment. So
 *
 * <ul>
 *   <li>idle or nearly so, a transaction leaves the moment its commit is read;
 *   <li>behind, batches grow to their limit;
 *   <li>level with a server that is busy, nearly every read would find the socket empty: rest a little each time, then
 *       read what has come meanwhile.
 * </ul>
 */
final class Pace {
    static final long REST_NANOS = 400_000;

    /** A read from pgjdbc's buffer takes well below this, one from the socket more. */
    static final long SYSTEM_READ_NANOS = 2_000;

    /** Reads that waited for so long were no wait for company. */
    private static final long GAP_NANOS = 1_000_000;

    /** Half of pgjdbc's buffer: what a read from a socket with enough in it brings at least. */
    private static final int FULL_READ_BYTES = 4096;

    /** A small transaction on an idle system is a handful of sends and leaves without any rest. */
    private static final int SHORT_READS_TO_LEVEL = 12;

    private static final int FULL_READS_TO_BEHIND = 8;
    private static final int HEAD_MESSAGES = 32;
    private static final long ATTENTIVE_NANOS = 1_000_000_000;
    private static final long IDLE_REST_NANOS = 4_000_000;

    private boolean level;
    private int shortReads;
    private int fullReads;
    private long bytesSinceRead;
    private int messagesSinceEmpty;
    private boolean caughtUp;
    private long lastMessageNanos;

    Pace(long nowNanos) {
        lastMessageNanos = nowNanos;
    }

    /**
     * A message was read.
     *
     * @param tookNanos how long the read took
     * @return how long to rest before the next read
     */
    long message(long nowNanos, long tookNanos, int bytes) {
        lastMessageNanos = nowNanos;
        messagesSinceEmpty++;
        long rest = 0;
        if (tookNanos >= SYSTEM_READ_NANOS) {
            rest = systemRead(tookNanos);
            bytesSinceRead = 0;
        }
        bytesSinceRead += bytes;
        return rest;
    }

    private long systemRead(long tookNanos) {
        if (bytesSinceRead >= FULL_READ_BYTES) {
            shortReads = 0;
            if (++fullReads >= FULL_READS_TO_BEHIND) {
                level = false;
            }
            return 0;
        }
        fullReads = 0;
        shortReads = tookNanos < GAP_NANOS ? shortReads + 1 : 0;
        level = shortReads > 0 && (level || shortReads >= SHORT_READS_TO_LEVEL);
        caughtUp = true;
        messagesSinceEmpty = 0;
        return level ? REST_NANOS : 0;
    }

    /**
     * Nothing came.
     *
     * @return how long to rest before the next read
     */
    long nothing(long nowNanos) {
        level = false;
        shortReads = 0;
        fullReads = 0;
        bytesSinceRead = 0;
        messagesSinceEmpty = 0;
        caughtUp = true;
        return idleNanos(nowNanos) < ATTENTIVE_NANOS ? 0 : IDLE_REST_NANOS;
    }

    /** Whether a commit that has just been read should be handed on, rather than wait for company. */
    boolean shouldEmit() {
        return caughtUp || !level && messagesSinceEmpty < HEAD_MESSAGES;
    }

    /** A batch was handed on. */
    void emitted() {
        caughtUp = false;
    }

    long idleNanos(long nowNanos) {
        return nowNanos - lastMessageNanos;
    }
}
