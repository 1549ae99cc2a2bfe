package dev.sluice.bench.peer;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.child.ChildJvm;
import dev.sluice.bench.child.Job;
import dev.sluice.bench.child.Job.DriverJob;
import dev.sluice.bench.child.Job.End;
import dev.sluice.bench.child.Job.PipelineJob;
import dev.sluice.bench.child.Job.Start;
import dev.sluice.bench.child.JobResult;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.ReaderSlot;
import java.util.Map;

/** Those that read a backlog from its slot and keep nothing of it. For one thread. */
public final class SlotReaders {
    public static final String PGJDBC = "pgjdbc";

    /** The null sink, with every change made into JSON. */
    public static final Map<String, Object> JSON_SINK = Map.of("type", "null", "encode", "json");

    /** A pipeline's one sink. */
    public static final Map<String, Map<String, Object>> JSON = Map.of("out", JSON_SINK);

    private final Bed bed;
    private final Backlog backlog;
    private final String url;

    /** @param url of the server: over TCP or over its Unix socket */
    public SlotReaders(Bed bed, Backlog backlog, String url) {
        this.bed = bed;
        this.backlog = backlog;
        this.url = url;
    }

    /** Sluice with sinks that keep no position. */
    public Peer sluice(String name, Map<String, Map<String, Object>> sinks) {
        return sluice(name, sinks, backlog.rows());
    }

    /** Sluice with sinks of which the first gets only so many of the changes. */
    public Peer sluice(String name, Map<String, Map<String, Object>> sinks, long wanted) {
        return JvmPeer.of(name, bed, (child, run) -> run(child, run, name, sinks, wanted));
    }

    private Measurement run(
            ChildJvm child, String run, String name, Map<String, Map<String, Object>> sinks, long wanted)
            throws Exception {
        try (ReaderSlot slot = backlog.slot(run)) {
            Map<String, Object> config = backlog.workload().configuration(url, bed.state(), slot.name(), sinks);
            return read(child, new PipelineJob(config, Start.SLOT, new End.At(backlog.end())), name, wanted);
        }
    }

    /** Sluice with the null sink, which makes a JSON event of every change. */
    public Peer sluice() {
        return sluice(JvmPeer.SLUICE, JSON);
    }

    /** The same in a process that has done nothing before. */
    public Peer coldSluice() {
        return JvmPeer.selfWarming(
                JvmPeer.SLUICE, bed, (child, run) -> run(child, run, JvmPeer.SLUICE, JSON, backlog.rows()));
    }

    /** Nothing but pgjdbc's replication stream. */
    public Peer pgjdbc() {
        return JvmPeer.of(PGJDBC, bed, (child, run) -> {
            try (ReaderSlot slot = backlog.slot(run)) {
                Job job = new DriverJob(url, slot.name(), backlog.workload().name(), backlog.end());
                return read(child, job, PGJDBC, backlog.rows());
            }
        });
    }

    private Measurement read(ChildJvm child, Job job, String name, long expected) throws Exception {
        JobResult result = child.run(job);
        if (result.changes() != expected) {
            throw new IllegalStateException(name + " read " + result.changes() + " rows, but there are " + expected);
        }
        return result.measurement(backlog.rows());
    }
}
