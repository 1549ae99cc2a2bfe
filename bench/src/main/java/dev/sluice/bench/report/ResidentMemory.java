package dev.sluice.bench.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** How much of a process is in memory, as Linux's {@code /proc} tells; -1 for a process that is gone, or another system. */
public final class ResidentMemory {
    private ResidentMemory() {}

    /** In bytes. */
    public static long now(long pid) {
        return read(pid, "VmRSS:");
    }

    /** The most that it ever was, in bytes. */
    public static long peak(long pid) {
        return read(pid, "VmHWM:");
    }

    private static long read(long pid, String key) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith(key))
                    .map(line -> line.replaceAll("\\D", ""))
                    .mapToLong(kilobytes -> Long.parseLong(kilobytes) * 1024)
                    .findFirst()
                    .orElse(-1);
        } catch (IOException goneOrNotLinux) {
            return -1;
        }
    }
}
