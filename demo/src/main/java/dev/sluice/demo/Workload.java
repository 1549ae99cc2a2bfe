package dev.sluice.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Several {@link Clerk}s at work, each on a thread and a connection of its own, together at a given rate. Started once,
 * closed once, by one thread; the counts are for any thread.
 */
final class Workload implements AutoCloseable {
    private static final int CLERKS = 4;
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong committed = new AtomicLong();
    private final AtomicLong rolledBack = new AtomicLong();
    private final AtomicReference<@Nullable SQLException> failure = new AtomicReference<>();
    private volatile boolean closed;

    /** Makes connections. */
    @FunctionalInterface
    interface Door {
        Connection open() throws SQLException;
    }

    /**
     * Begins at once.
     *
     * @param rate transactions a second, all clerks together
     */
    Workload(Door door, Shop shop, int rate, long seed) throws SQLException {
        try {
            for (int i = 0; i < CLERKS; i++) {
                Clerk clerk = new Clerk(door.open(), shop, new Random(seed + i));
                Thread thread = new Thread(() -> serve(clerk, SECOND * CLERKS / rate), "clerk-" + (i + 1));
                threads.add(thread);
                thread.start();
            }
        } catch (SQLException e) {
            finish();
            throw e;
        }
    }

    private void serve(Clerk clerk, long pause) {
        try (clerk) {
            long next = System.nanoTime();
            while (!closed) {
                (clerk.work() ? committed : rolledBack).incrementAndGet();
                // After a stall it goes on at its rate instead of making up for the time.
                next = Math.max(next + pause, System.nanoTime() - SECOND);
                LockSupport.parkNanos(next - System.nanoTime());
            }
        } catch (SQLException e) {
            failure.compareAndSet(null, e);
        }
    }

    long committed() {
        return committed.get();
    }

    long rolledBack() {
        return rolledBack.get();
    }

    /** What ended one of the clerks before its time, or null. */
    @Nullable SQLException failure() {
        return failure.get();
    }

    @Override
    public void close() {
        finish();
    }

    /** Lets every clerk finish the transaction that is under way, and waits for it. May be called more than once. */
    void finish() {
        closed = true;
        threads.forEach(LockSupport::unpark);
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
