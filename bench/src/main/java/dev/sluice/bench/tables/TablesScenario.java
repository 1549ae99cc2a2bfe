package dev.sluice.bench.tables;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.Scenario;
import dev.sluice.bench.peer.JvmPeer;
import dev.sluice.bench.peer.PgRecvlogical;
import dev.sluice.bench.peer.SlotReaders;
import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Unit;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.BenchServer;
import dev.sluice.bench.server.Shape;
import dev.sluice.bench.server.Workload;
import java.util.ArrayList;
import java.util.List;

/**
 * What many tables cost: the same number of rows in one table, in 100 and in 10,000, a hundred rows to each in turn. Beside
 * the last, {@code pg_recvlogical}, since the server too has to look each table up.
 */
public final class TablesScenario implements Scenario {
    private final int some;
    private final int many;

    public TablesScenario() {
        this(100, 10_000);
    }

    /** With so many tables beside one. */
    public TablesScenario(int some, int many) {
        this.some = some;
        this.many = many;
    }

    @Override
    public String name() {
        return "tables";
    }

    @Override
    public String question() {
        return "what is left of the rate with 10,000 tables instead of 1 or 100, and how long the start takes then";
    }

    @Override
    public List<String> peers() {
        return List.of(PgRecvlogical.NAME);
    }

    @Override
    public List<Comparison> measure(Bed bed, Shape shape) throws Exception {
        BenchServer server = bed.source();
        bed.say("making 1, %,d and %,d tables with %,d rows, %s", some, many, bed.rows(shape), shape.label());
        try (Workload ofOne = Workload.ofTables(server, shape, 1);
                Workload ofSome = Workload.ofTables(server, shape, some);
                Workload ofMany = Workload.ofTables(server, shape, many)) {
            Backlog backlog = ofMany.insert(bed.rows(shape));
            List<Peer> peers = new ArrayList<>();
            peers.add(sluice(bed, JvmPeer.SLUICE, backlog));
            if (bed.wants(PgRecvlogical.NAME)) {
                peers.add(new PgRecvlogical(backlog, server.url()));
            }
            peers.add(sluice(bed, "1 table", ofOne.insert(bed.rows(shape))));
            peers.add(sluice(bed, some + " tables", ofSome.insert(bed.rows(shape))));
            return List.of(bed.compare(shape, "", Unit.ROWS_PER_SECOND, bed.rows(shape), peers));
        }
    }

    private static Peer sluice(Bed bed, String name, Backlog backlog) {
        return new SlotReaders(bed, backlog, bed.source().url()).sluice(name, SlotReaders.JSON);
    }
}
