package dev.sluice.bench.drain;

import dev.sluice.bench.BenchSettings;
import dev.sluice.bench.Peer;
import dev.sluice.bench.child.ChildJvm;
import dev.sluice.bench.child.Job;
import dev.sluice.bench.child.JobResult;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.SlotCopy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the backlog in a Java process that is started for each round. Its start-up does not count, and unless warm-ups are
 * set to none it has read the backlog once before: what is measured is a process that has been up for a while. The time
 * of that first reading, with nothing compiled yet, is in the details. For one thread.
 */
final class JavaPeer implements Peer {
    static final String HEAP = "512m";

    private final String name;
    private final Backlog backlog;
    private final BenchSettings settings;
    private final Jobs jobs;

    /** Makes the job for a slot. */
    @FunctionalInterface
    interface Jobs {
        Job read(String slot) throws IOException;
    }

    JavaPeer(String name, Backlog backlog, BenchSettings settings, Jobs jobs) {
        this.name = name;
        this.backlog = backlog;
        this.settings = settings;
        this.jobs = jobs;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Optional<String> missing() {
        return Optional.empty();
    }

    @Override
    public Measurement measure(int round) throws Exception {
        try (ChildJvm child = new ChildJvm(options(round))) {
            Map<String, Object> details = new LinkedHashMap<>();
            for (int warmUp = 1; warmUp <= settings.warmUps(); warmUp++) {
                JobResult uncounted = drain(child, name + "_warm_up_" + round + "_" + warmUp);
                details.putIfAbsent("coldSeconds", uncounted.time().toNanos() / 1e9);
            }
            JobResult result = drain(child, name + "_" + round);
            if (result.changes() != backlog.rows()) {
                throw new IllegalStateException(
                        name + " read " + result.changes() + " rows, but there are " + backlog.rows());
            }
            details.put("bytes", result.bytes());
            details.put("peakMemoryBytes", result.peakMemoryBytes());
            details.put("processorMillis", result.processorTime().toMillis());
            details.put("collectionMillis", result.collectionTime().toMillis());
            return new Measurement(result.changes(), result.time(), details);
        }
    }

    private JobResult drain(ChildJvm child, String slotName) throws Exception {
        try (SlotCopy slot = backlog.slot(slotName)) {
            return child.run(jobs.read(slot.name()));
        }
    }

    private List<String> options(int round) {
        List<String> options = new ArrayList<>();
        options.add("-Xmx" + settings.heap().orElse(HEAP));
        settings.flightRecording()
                .ifPresent(file -> options.add("-XX:StartFlightRecording=settings=profile,filename="
                        + file.toAbsolutePath().resolveSibling(name + "-" + round + "-" + file.getFileName())));
        options.addAll(settings.javaOptions());
        return options;
    }
}
