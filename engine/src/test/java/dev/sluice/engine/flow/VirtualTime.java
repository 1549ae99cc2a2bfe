package dev.sluice.engine.flow;

import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.scheduler.Scheduler;

/**
 * Time and threads of a simulation: tasks run one at a time on the caller's thread, when it says so. Tasks of one virtual
 * thread that are due at the same moment keep their order; between threads the seed decides. Reactor's own virtual time
 * runs everything that is due in one go, which leaves no room to look, or to crash, between two tasks.
 */
final class VirtualTime {
    private final Random random;
    private final List<Task> tasks = new ArrayList<>();
    private long nowNanos;

    VirtualTime(Random random) {
        this.random = random;
    }

    long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(nowNanos);
    }

    /** Runs everything that is due within {@code millis} from now. */
    void run(long millis) {
        long until = nowNanos + TimeUnit.MILLISECONDS.toNanos(millis);
        while (tasks.stream().anyMatch(task -> task.atNanos <= until)) {
            step();
        }
        nowNanos = until;
    }

    Clock clock() {
        return new VirtualClock(ZoneOffset.UTC);
    }

    /** A process: threads that live and die together. */
    VirtualProcess process() {
        return new VirtualProcess();
    }

    /** Runs the next task, moving time to it; false if there is none. */
    boolean step() {
        if (tasks.isEmpty()) {
            return false;
        }
        long earliest = tasks.stream().mapToLong(task -> task.atNanos).min().orElseThrow();
        List<Task> due = new ArrayList<>();
        Set<VirtualThread> seen = new HashSet<>();
        for (Task task : tasks) {
            if (task.atNanos == earliest && seen.add(task.thread)) {
                due.add(task);
            }
        }
        Task next = due.get(random.nextInt(due.size()));
        tasks.remove(next);
        nowNanos = Math.max(nowNanos, earliest);
        next.work.run();
        return true;
    }

    final class VirtualProcess {
        private boolean dead;

        Scheduler thread(String name) {
            return new VirtualThread(this, name);
        }

        /** As by {@code kill -9}: nothing of it runs any more, and nobody is told. */
        void kill() {
            dead = true;
            tasks.removeIf(task -> task.thread.process == this);
        }

        boolean isDead() {
            return dead;
        }

        /** Tasks that are still to run. */
        List<String> outstanding() {
            return tasks.stream()
                    .filter(task -> task.thread.process == this)
                    .map(task -> task.thread.name + " at " + TimeUnit.NANOSECONDS.toMillis(task.atNanos) + " ms")
                    .toList();
        }
    }

    private final class Task implements Disposable {
        private final VirtualThread thread;
        private final Runnable work;
        private final long atNanos;

        Task(VirtualThread thread, Runnable work, long atNanos) {
            this.thread = thread;
            this.work = work;
            this.atNanos = atNanos;
        }

        @Override
        public void dispose() {
            tasks.remove(this);
        }

        @Override
        public boolean isDisposed() {
            return !tasks.contains(this);
        }
    }

    private final class VirtualThread implements Scheduler {
        private final VirtualProcess process;
        private final String name;
        private boolean disposed;

        VirtualThread(VirtualProcess process, String name) {
            this.process = process;
            this.name = name;
        }

        @Override
        public Disposable schedule(Runnable work) {
            return schedule(work, 0, TimeUnit.NANOSECONDS);
        }

        @Override
        public Disposable schedule(Runnable work, long delay, TimeUnit unit) {
            if (process.dead) {
                return Disposables.disposed();
            }
            if (disposed) {
                throw new RejectedExecutionException(name + " was disposed");
            }
            Task task = new Task(this, work, nowNanos + Math.max(0, unit.toNanos(delay)));
            tasks.add(task);
            return task;
        }

        @Override
        public Worker createWorker() {
            return new VirtualWorker(this);
        }

        @Override
        public long now(TimeUnit unit) {
            return unit.convert(nowNanos, TimeUnit.NANOSECONDS);
        }

        @Override
        public void dispose() {
            disposed = true;
            tasks.removeIf(task -> task.thread == this);
        }

        @Override
        public boolean isDisposed() {
            return disposed;
        }
    }

    private static final class VirtualWorker implements Scheduler.Worker {
        private final Scheduler thread;
        private final Disposable.Composite scheduled = Disposables.composite();

        VirtualWorker(Scheduler thread) {
            this.thread = thread;
        }

        @Override
        public Disposable schedule(Runnable work) {
            return schedule(work, 0, TimeUnit.NANOSECONDS);
        }

        @Override
        public Disposable schedule(Runnable work, long delay, TimeUnit unit) {
            if (scheduled.isDisposed()) {
                throw new RejectedExecutionException("the worker was disposed");
            }
            Disposable task = thread.schedule(work, delay, unit);
            scheduled.add(task);
            return task;
        }

        @Override
        public void dispose() {
            scheduled.dispose();
        }

        @Override
        public boolean isDisposed() {
            return scheduled.isDisposed();
        }
    }

    private final class VirtualClock extends Clock {
        private final ZoneId zone;

        VirtualClock(ZoneId zone) {
            this.zone = zone;
        }

        @Override
        public ZoneId getZone() {
            return zone;
        }

        @Override
        public Clock withZone(ZoneId other) {
            return new VirtualClock(other);
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(nowMillis());
        }
    }
}
