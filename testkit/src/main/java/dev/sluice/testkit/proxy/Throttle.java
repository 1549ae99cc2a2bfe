package dev.sluice.testkit.proxy;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** How fast bytes move, shared by all pumps of a proxy. Any thread. */
final class Throttle {
    private static final long UNLIMITED = Long.MAX_VALUE;
    private static final long STALLED = 0;
    private static final long PIECES_PER_SECOND = 50;

    private long bytesPerSecond = UNLIMITED;
    private long passedBytes;
    private long triggerAt = UNLIMITED;
    private @Nullable Runnable trigger;

    synchronized void pass() {
        bytesPerSecond = UNLIMITED;
        notifyAll();
    }

    synchronized void stall() {
        bytesPerSecond = STALLED;
    }

    synchronized void slow(long limit) {
        if (limit <= 0) {
            throw new IllegalArgumentException("bytes per second must be positive: " + limit);
        }
        bytesPerSecond = limit;
        notifyAll();
    }

    synchronized void after(long bytes, Runnable action) {
        triggerAt = passedBytes + bytes;
        trigger = action;
    }

    synchronized long passedBytes() {
        return passedBytes;
    }

    synchronized void wake() {
        notifyAll();
    }

    /** Writes the chunk in pieces, as the present limit allows. Waits while stalled, until {@code closed}. */
    void send(byte[] chunk, int length, OutputStream out, BooleanSupplier closed)
            throws IOException, InterruptedException {
        int sent = 0;
        while (sent < length) {
            int piece = reserve(length - sent, closed);
            if (piece == 0) {
                return;
            }
            out.write(chunk, sent, piece);
            out.flush();
            sent += piece;
            Runnable due = due();
            if (due != null) {
                due.run();
            }
        }
    }

    /** @return how many bytes may go now, already counted as passed; 0 when closed */
    private synchronized int reserve(int wanted, BooleanSupplier closed) throws InterruptedException {
        while ((bytesPerSecond == STALLED || passedBytes == triggerAt) && !closed.getAsBoolean()) {
            wait();
        }
        if (closed.getAsBoolean()) {
            return 0;
        }
        int piece = (int) Math.min(wanted, triggerAt - passedBytes);
        if (bytesPerSecond != UNLIMITED) {
            piece = (int) Math.max(1, Math.min(piece, bytesPerSecond / PIECES_PER_SECOND));
        }
        passedBytes += piece;
        return pause(piece, closed) ? piece : 0;
    }

    /** As long as so many bytes take at the present limit; false when closed meanwhile. */
    private boolean pause(int bytes, BooleanSupplier closed) throws InterruptedException {
        long start = System.nanoTime();
        while (bytesPerSecond != UNLIMITED && !closed.getAsBoolean()) {
            long needed = bytesPerSecond == STALLED
                    ? Long.MAX_VALUE
                    : TimeUnit.SECONDS.toNanos(bytes) / bytesPerSecond - (System.nanoTime() - start);
            if (needed <= 0) {
                break;
            }
            TimeUnit.NANOSECONDS.timedWait(this, needed);
        }
        return !closed.getAsBoolean();
    }

    private synchronized @Nullable Runnable due() {
        if (passedBytes < triggerAt) {
            return null;
        }
        Runnable due = trigger;
        trigger = null;
        triggerAt = UNLIMITED;
        notifyAll();
        return due;
    }
}
