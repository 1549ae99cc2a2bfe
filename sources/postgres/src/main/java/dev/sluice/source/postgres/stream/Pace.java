package dev.sluice.source.postgres.stream;

import dev.sluice.postgres.ReplicationConnection;
import dev.sluice.postgres.ReplicationConnection.Distance;
import java.util.concurrent.TimeUnit;

/**
 * When to hand on what has been read, and when to let it gather before reading on. Told of every message, and now and then
 * of how much waits in the system's receive buffer; keeps no time of its own. For one thread.
 *
 * <p>The walsender makes one send for each change. A reader that waits for each of them costs the server, and itself, most
 * of the time: the server has to wake it, and on one machine also pays for receiving. So
 *
 * <ul>
 *   <li>idle or nearly so, a transaction leaves the moment its commit is read;
 *   <li>behind, with enough waiting, it is read without a pause and batches grow to their limit;
 *   <li>level with a server that is busy, what there is leaves, and then the reader rests: the longer the more comes in a
 *       second, so that a burst is worth it, and never for long enough to be noticed. Far behind nobody waits for the single
 *       change, and it rests for as long as a burst needs, however slow the server is.
 * </ul>
 */
final class Pace {
    /** pgjdbc reads so much at once; looking more often would tell nothing new. */
    static final int LOOK_BYTES = 8 << 10;

    /** With less than this waiting we are level with the server; with less than {@link Rests#lowMessages} too. */
    static final int LOW_BYTES = 16 << 10;

    /** Below this rate everything is read as it comes. */
    static final long BUSY_BYTES_PER_SECOND = 2 << 20;

    /** From this rate on a rest is as long as a burst needs. */
    static final long FULL_BYTES_PER_SECOND = 16 << 20;

    /** A small transaction on an idle system is a handful of messages. */
    private static final int HEAD_MESSAGES = 32;

    private static final long ATTENTIVE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long IDLE_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

    private final Rests rests;
    private int bytesSinceLook;
    private int messagesSinceLevel;
    private boolean level;
    private long burstBytes;
    private long burstMessages;
    private long burstStartedNanos;
    private long lastMessageNanos;

    Pace(Rests rests, long nowNanos) {
        this.rests = rests;
        this.burstStartedNanos = nowNanos;
        this.lastMessageNanos = nowNanos;
    }

    /**
     * How a reader rests.
     *
     * @param burstBytes as much is to come meanwhile
     * @param longestNanos however little comes
     * @param longestBehindNanos the same while the changes that come are old
     * @param lowMessages with so many or more waiting there is no rest, however few bytes they are
     */
    record Rests(int burstBytes, long longestNanos, long longestBehindNanos, int lowMessages) {
        /**
         * A Unix socket holds some hundred messages, however short, and then the server waits. On this machine twice our window makes the
         * server's sends cheap: see {@link ReplicationConnection}. From far away nothing but our own waking is to be saved.
         */
        static Rests of(Distance distance) {
            return switch (distance) {
                case UNIX -> {
                    long rest = TimeUnit.MICROSECONDS.toNanos(100);
                    yield new Rests(Integer.MAX_VALUE, rest, rest, 64);
                }
                case NEAR ->
                    new Rests(
                            2 * ReplicationConnection.NEAR_RECEIVE_BUFFER_BYTES,
                            TimeUnit.MILLISECONDS.toNanos(15),
                            TimeUnit.MILLISECONDS.toNanos(50),
                            Integer.MAX_VALUE);
                case FAR -> {
                    long rest = TimeUnit.MILLISECONDS.toNanos(2);
                    yield new Rests(Integer.MAX_VALUE, rest, rest, Integer.MAX_VALUE);
                }
            };
        }

        long nanos(double bytesPerSecond, boolean behind) {
            double burst = burstBytes * 1e9 / bytesPerSecond;
            if (behind) {
                return (long) Math.min((double) longestBehindNanos, burst);
            }
            double part = Math.min(1, bytesPerSecond / (double) FULL_BYTES_PER_SECOND);
            return (long) (part * Math.min((double) longestNanos, burst));
        }
    }

    /**
     * A message was read.
     *
     * @return whether to look how much is waiting, and tell {@link #looked}
     */
    boolean message(long nowNanos, int bytes) {
        lastMessageNanos = nowNanos;
        messagesSinceLevel++;
        bytesSinceLook += bytes;
        burstBytes += bytes;
        burstMessages++;
        return bytesSinceLook >= LOOK_BYTES;
    }

    /**
     * So much is waiting.
     *
     * @param behind whether what came last was committed so long ago that nobody waits for it
     * @return how long to rest, once what is there has been handed on
     */
    long looked(long nowNanos, int waitingBytes, boolean behind) {
        bytesSinceLook = 0;
        if (waitingBytes >= lowBytes()) {
            return 0;
        }
        double bytesPerSecond = burstBytes * 1e9 / Math.max(1, nowNanos - burstStartedNanos);
        becomeLevel(nowNanos);
        return bytesPerSecond < BUSY_BYTES_PER_SECOND ? 0 : rests.nanos(bytesPerSecond, behind);
    }

    /**
     * Nothing came.
     *
     * @return how long to rest before the next read
     */
    long nothing(long nowNanos) {
        bytesSinceLook = 0;
        becomeLevel(nowNanos);
        return idleNanos(nowNanos) < ATTENTIVE_NANOS ? 0 : IDLE_REST_NANOS;
    }

    private long lowBytes() {
        return burstMessages == 0 ? LOW_BYTES : Math.min(LOW_BYTES, rests.lowMessages() * burstBytes / burstMessages);
    }

    private void becomeLevel(long nowNanos) {
        level = true;
        messagesSinceLevel = 0;
        burstBytes = 0;
        burstMessages = 0;
        burstStartedNanos = nowNanos;
    }

    /** Whether a commit that has just been read should be handed on even if more is waiting. */
    boolean shouldEmit() {
        return level || messagesSinceLevel < HEAD_MESSAGES;
    }

    /** A batch was handed on. */
    void emitted() {
        level = false;
    }

    long idleNanos(long nowNanos) {
        return nowNanos - lastMessageNanos;
    }
}
