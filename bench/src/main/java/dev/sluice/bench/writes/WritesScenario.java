package dev.sluice.bench.writes;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.Scenario;
import dev.sluice.bench.peer.CapturedWrites;
import dev.sluice.bench.peer.CapturedWrites.Capture;
import dev.sluice.bench.peer.PgRecvlogical;
import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Unit;
import dev.sluice.bench.server.Shape;
import dev.sluice.bench.server.Workload;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * What it costs a source that its changes are noticed: rows that are inserted at once, and pgbench's transactions, with a
 * change log, with a slot, and with neither. Then how fast a backlog is read from a change log, beside {@code pg_recvlogical},
 * which reads the same rows from a slot.
 */
public final class WritesScenario implements Scenario {
    private final int seconds;
    private final int scale;

    public WritesScenario() {
        this(10, 20);
    }

    /** With pgbench for so long each time, in tables of that scale. */
    public WritesScenario(int seconds, int scale) {
        this.seconds = seconds;
        this.scale = scale;
    }

    @Override
    public String name() {
        return "writes";
    }

    @Override
    public String question() {
        return "what is left of the source's own rate with a change log, and how fast one is read";
    }

    @Override
    public List<String> peers() {
        return List.of(CapturedWrites.NONE, CapturedWrites.SLOT, PgRecvlogical.NAME);
    }

    @Override
    public List<Comparison> measure(Bed bed, Shape shape) throws Exception {
        List<Comparison> comparisons = new ArrayList<>();
        try (Workload workload = Workload.of(bed.source(), shape);
                CapturedWrites writes = new CapturedWrites(bed, workload)) {
            comparisons.add(bed.compare(shape, "", Unit.ROWS_PER_SECOND, bed.rows(shape), peers(bed, writes::insert)));
            if (shape == Shape.STANDARD || bed.settings().shapes().size() == 1) { // pgbench has rows of its own
                comparisons.add(bed.compare(
                        shape,
                        "pgbench",
                        Unit.ROWS_PER_SECOND,
                        bed.rows(shape),
                        peers(bed, capture -> writes.pgbench(capture, seconds, scale))));
            }
            List<Peer> readers = new ArrayList<>();
            readers.add(writes.drain());
            if (bed.wants(PgRecvlogical.NAME)) {
                bed.source().execute("TRUNCATE " + Workload.TABLE);
                readers.add(new PgRecvlogical(
                        workload.insert(bed.rows(shape)), bed.source().url()));
            }
            comparisons.add(bed.compare(shape, "drain", Unit.ROWS_PER_SECOND, bed.rows(shape), readers));
        }
        return comparisons;
    }

    private static List<Peer> peers(Bed bed, Function<Capture, Peer> peer) {
        List<Peer> peers = new ArrayList<>();
        for (Capture capture : Capture.values()) {
            if (capture == Capture.CHANGELOG || bed.wants(capture.peer())) {
                peers.add(peer.apply(capture));
            }
        }
        return peers;
    }
}
