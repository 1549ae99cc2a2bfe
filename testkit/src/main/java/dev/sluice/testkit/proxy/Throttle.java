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
            int piece = allowed(length - sent, closed);
            if (piece == 0) {
                return;
            }
            out.write(chunk, sent, piece);
            out.flush();
            sent += piece;
            Runnable due = count(piece);
            if (due != null) {
                due.run();
            }
        }
    }

    private synchronized int allowed(int wanted, BooleanSupplier closed) throws InterruptedException {
        while (bytesPerSecond == STALLED && !closed.getAsBoolean()) {
            wait();
        }
        if (closed.getAsBoolean()) {
            return 0;
        }
        int piece = (int) Math.min(wanted, triggerAt - passedBytes);
        if (bytesPerSecond == UNLIMITED) {
            return Math.max(1, piece);
        }
        // A fiftieth of a second's worth at a time, then a pause of that length.
        piece = (int) Math.max(1, Math.min(piece, bytesPerSecond / 50));
        long pauseNanos = TimeUnit.SECONDS.toNanos(piece) / bytesPerSecond;
        long end = System.nanoTime() + pauseNanos;
        for (long left = pauseNanos; left > 0 && bytesPerSecond != UNLIMITED; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            if (closed.getAsBoolean()) {
                return 0;
            }
        }
        return piece;
    }

    private synchronized @Nullable Runnable count(int piece) {
        passedBytes += piece;
        if (passedBytes < triggerAt) {
            return null;
        }
        Runnable due = trigger;
        trigger = null;
        triggerAt = UNLIMITED;
        return due;
    }
}
