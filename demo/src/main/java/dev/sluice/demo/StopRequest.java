package dev.sluice.demo;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C or SIGTERM, turned into a request that is honoured in good order: the process stays until the work is done and
 * then ends with the work's own exit status. Safe for any thread.
 */
final class StopRequest {
    private static final long PATIENCE_SECONDS = 120;

    private final CountDownLatch requested = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile int status = 1;

    /** From now on signals are requests. */
    static StopRequest onSignal() {
        StopRequest stop = new StopRequest();
        Runtime.getRuntime().addShutdownHook(new Thread(stop::signalled, "stop-request"));
        return stop;
    }

    void request() {
        requested.countDown();
    }

    private void signalled() {
        boolean orderly = done.getCount() == 0;
        request();
        if (orderly) {
            return; // Not a signal: this is the exit after the work.
        }
        try {
            if (!done.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                System.err.println("Gave up waiting for an orderly end.");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // The only way to choose the exit status once Java has begun to end.
        Runtime.getRuntime().halt(status);
    }

    /** @return whether it was requested within this time */
    boolean await(Duration atMost) throws InterruptedException {
        return requested.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** The work is done and everything is cleaned up. */
    void finished(int exitStatus) {
        status = exitStatus;
        done.countDown();
    }
}
