package dev.sluice.testkit.leak;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** See {@link LeavesNoThreads}. */
public final class ThreadLeakExtension implements BeforeEachCallback, AfterEachCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Override
    public void beforeEach(ExtensionContext context) {
        store(context).put("before", new ThreadSet(threads()));
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        Set<Thread> before = store(context).remove("before", ThreadSet.class).threads();
        Set<Thread> left = threads();
        left.removeAll(before);
        boolean sharedVertx = before.stream().anyMatch(ThreadLeakExtension::isOfVertx);
        left.removeIf(thread -> !counts(thread) || sharedVertx && isOfVertx(thread));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (Thread thread : left) {
            long millis = (deadline - System.nanoTime()) / 1_000_000;
            thread.join(Math.max(1, millis)); // a thread that was told to end may need a moment to do so
        }
        left.removeIf(thread -> !thread.isAlive());
        if (!left.isEmpty()) {
            throw new AssertionError("threads left behind: "
                    + left.stream().map(ThreadLeakExtension::describe).collect(Collectors.joining("\n")));
        }
    }

    /** Netty's global executor belongs to the whole Java process and ends by itself after a second without work. */
    private static boolean counts(Thread thread) {
        String name = thread.getName();
        return name.startsWith("sluice-") || !thread.isDaemon() && !name.startsWith("globalEventExecutor-");
    }

    /** A Vert.x starts its threads when it first needs them; one that was there before the test is not the test's. */
    private static boolean isOfVertx(Thread thread) {
        return thread.getName().startsWith("vert.x-") || thread.getName().startsWith("vertx-");
    }

    private static String describe(Thread thread) {
        return thread.getName() + " at "
                + Arrays.stream(thread.getStackTrace())
                        .limit(8)
                        .map(StackTraceElement::toString)
                        .collect(Collectors.joining("\n    "));
    }

    private static Set<Thread> threads() {
        return new HashSet<>(Thread.getAllStackTraces().keySet());
    }

    private static ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(ExtensionContext.Namespace.create(ThreadLeakExtension.class, context.getUniqueId()));
    }

    private record ThreadSet(Set<Thread> threads) {}
}
