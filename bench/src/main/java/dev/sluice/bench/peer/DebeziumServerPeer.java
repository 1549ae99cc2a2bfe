package dev.sluice.bench.peer;

import dev.sluice.bench.Bed;
import dev.sluice.bench.Peer;
import dev.sluice.bench.report.Measurement;
import dev.sluice.bench.server.Backlog;
import dev.sluice.bench.server.Target;
import java.util.Optional;

/** Debezium Server with its JDBC sink. For one thread. */
public final class DebeziumServerPeer implements Peer {
    public static final String NAME = "debezium-server";

    public DebeziumServerPeer(Bed bed, Backlog backlog, Target target) {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Optional<String> missing() {
        return Optional.of("not built");
    }

    @Override
    public Measurement measure(int round) throws Exception {
        throw new IllegalStateException("not built");
    }
}
