package dev.sluice.source.postgres;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * The threads of one source: one reads the stream; one sends status messages while there is no demand, and frees what was
 * cancelled; a few, as needed, do everything that asks the server something. All may block.
 */
final class SourceThreads implements AutoCloseable {
    private static final int ASKING_THREADS = 4;
    private static final int IDLE_SECONDS = 10;

    private final ScheduledThreadPoolExecutor reading;
    private final ScheduledThreadPoolExecutor feedback;
    private final ScheduledThreadPoolExecutor asking;
    private final Scheduler readingScheduler;
    private final Scheduler askingScheduler;

    SourceThreads(String pipeline) {
        String name = "sluice-" + pipeline + "-source-";
        reading = threads(1, name + "reader");
        feedback = threads(1, name + "feedback");
        asking = threads(ASKING_THREADS, name + "asking-");
        readingScheduler = Schedulers.fromExecutorService(reading);
        askingScheduler = Schedulers.fromExecutorService(asking);
    }

    private static ScheduledThreadPoolExecutor threads(int count, String name) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = work -> {
            Thread thread = new Thread(work, count == 1 ? name : name + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(count, factory);
        executor.setRemoveOnCancelPolicy(true);
        executor.setKeepAliveTime(IDLE_SECONDS, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    Scheduler reading() {
        return readingScheduler;
    }

    Scheduler asking() {
        return askingScheduler;
    }

    ScheduledExecutorService feedback() {
        return feedback;
    }

    ScheduledExecutorService monitoring() {
        return asking;
    }

    /** What runs is finished and nobody is interrupted; the threads end when it has. */
    @Override
    public void close() {
        reading.shutdown();
        feedback.shutdown();
        asking.shutdown();
    }
}
