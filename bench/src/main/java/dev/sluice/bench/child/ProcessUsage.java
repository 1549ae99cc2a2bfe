package dev.sluice.bench.child;

import dev.sluice.bench.report.ResidentMemory;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** What this process has used so far. */
final class ProcessUsage {
    private ProcessUsage() {}

    /** The most that was ever resident; -1 if the system does not tell. */
    static long peakBytes() {
        return ResidentMemory.peak(ProcessHandle.current().pid());
    }

    /** What is resident now; -1 if the system does not tell. */
    static long residentBytes() {
        return ResidentMemory.now(ProcessHandle.current().pid());
    }

    /** Of all threads, those of the compiler and the garbage collector among them; zero if the system does not tell. */
    static Duration processorTime() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? Duration.ofNanos(Math.max(0, system.getProcessCpuTime()))
                : Duration.ZERO;
    }

    static Duration collectionTime() {
        return Duration.ofMillis(ManagementFactory.getGarbageCollectorMXBeans().stream()
                .mapToLong(GarbageCollectorMXBean::getCollectionTime)
                .sum());
    }
}
