package dev.sluice.daemon;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Asks another process or thread again and again, where nothing can tell us. */
public final class Eventually {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Eventually() {}

    /** @return the first value that will do */
    public static <T> T get(Callable<T> value, Predicate<? super T> wanted) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        T last = value.call();
        while (!wanted.test(last)) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("still " + last + " after " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            last = value.call();
        }
        return last;
    }
}
