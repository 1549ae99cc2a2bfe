package dev.sluice.bench.peer;

import java.time.Duration;

/**
 * Lets a process do its work until it has been at it for a while, so that its code is compiled: for how long, not how often,
 * since a small work would otherwise be measured half compiled.
 *
 * @param atLeast zero for not at all
 */
record WarmUp(Duration atLeast) {
    /** The work, done for the nth time. */
    @FunctionalInterface
    interface Work {
        void run(int n) throws Exception;
    }

    void run(Work work) throws Exception {
        long started = System.nanoTime();
        for (int n = 1; System.nanoTime() - started < atLeast.toNanos(); n++) {
            work.run(n);
        }
    }
}
