package dev.sluice.source.postgres.stream;

/**
 * When to hand on what has been read, and when to let the socket fill before reading on. Told of every read; keeps no
 * time of its own. For one thread.
 *
 * <p>The walsender makes one send per change. Whoever wakes for each of them costs the server, and itself, most of the
 * time. Whether more is waiting cannot be asked for (TLS, and pgjdbc's own buffer), but a read that took long had to wait:
 * then the server has nothing more right now. So
 *
 * <ul>
 *   <li>idle or nearly so, a transaction leaves the moment its commit is read;
 *   <li>behind, with reads that never wait, batches grow to their limit;
 *   <li>level with a server that is busy, every other read would wait: rest a little, then read what has come meanwhile.
 * </ul>
 */
final class Pace {
    static final long WAITED_NANOS = 40_000;
    static final long REST_NANOS = 250_000;

    /** Apart by less than this, reads that waited are a flow. */
    private static final long FLOW_GAP_NANOS = 1_000_000;

    /** A small transaction on an idle system is a handful of sends and leaves without any rest. */
    private static final int FLOW_WAITS = 12;

    private static final int HEAD_MESSAGES = 32;
    private static final long ATTENTIVE_NANOS = 1_000_000_000;
    private static final long IDLE_REST_NANOS = 4_000_000;

    private int waits;
    private int sinceWait;
    private boolean caughtUp;
    private long lastWaitNanos;
    private long lastMessageNanos;

    Pace(long nowNanos) {
        lastMessageNanos = nowNanos;
        lastWaitNanos = nowNanos - FLOW_GAP_NANOS;
    }

    /**
     * A message was read.
     *
     * @return how long to rest before the next read
     */
    long message(long nowNanos, long tookNanos) {
        lastMessageNanos = nowNanos;
        if (tookNanos < WAITED_NANOS) {
            sinceWait++;
            return 0;
        }
        waits = nowNanos - lastWaitNanos < FLOW_GAP_NANOS ? waits + 1 : 0;
        lastWaitNanos = nowNanos;
        sinceWait = 0;
        caughtUp = true;
        return isFlowing() ? REST_NANOS : 0;
    }

    /**
     * Nothing came.
     *
     * @return how long to rest before the next read
     */
    long nothing(long nowNanos) {
        waits = 0;
        sinceWait = 0;
        caughtUp = true;
        return nowNanos - lastMessageNanos < ATTENTIVE_NANOS ? 0 : IDLE_REST_NANOS;
    }

    /** Whether a commit that has just been read should be handed on, rather than wait for company. */
    boolean shouldEmit() {
        return caughtUp || !isFlowing() && sinceWait < HEAD_MESSAGES;
    }

    /** A batch was handed on. */
    void emitted() {
        caughtUp = false;
    }

    long idleNanos(long nowNanos) {
        return nowNanos - lastMessageNanos;
    }

    private boolean isFlowing() {
        return waits >= FLOW_WAITS;
    }
}
