package dev.sluice.bench.child;

import dev.sluice.bench.child.Job.DriverJob;
import dev.sluice.engine.change.Position;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.PostgresEndpoint;
import java.nio.ByteBuffer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;

/** Reads a slot with nothing but pgjdbc's own replication stream. Blocks. */
final class DriverRun {
    private final DriverJob job;

    DriverRun(DriverJob job) {
        this.job = job;
    }

    JobResult run() throws SQLException {
        Connections connections = new Connections(PostgresEndpoint.parse(job.url(), null), "sluice bench pgjdbc");
        try (PgConnection connection = connections.openReplication().connection()) {
            return read(connection);
        }
    }

    private JobResult read(PgConnection connection) throws SQLException {
        Duration processorBefore = ProcessUsage.processorTime();
        long started = System.nanoTime();
        Samples samples = new Samples(started);
        long changes = 0;
        long bytes = 0;
        try (PGReplicationStream stream = open(connection)) {
            while (!isThere(stream.getLastReceiveLSN())) {
                ByteBuffer message = stream.readPending();
                if (message == null) {
                    Thread.onSpinWait(); // not idle: reading has waited for a millisecond
                    continue;
                }
                bytes += message.remaining();
                byte code = message.get(message.position());
                changes += code == 'I' || code == 'U' || code == 'D' ? 1 : 0;
                if (code == 'C') {
                    samples.offer(changes);
                }
            }
        }
        long nanos = System.nanoTime() - started;
        return new JobResult(
                Duration.ofNanos(nanos),
                changes,
                bytes,
                ProcessUsage.peakBytes(),
                ProcessUsage.processorTime().minus(processorBefore),
                ProcessUsage.collectionTime(),
                samples.finish(nanos, changes),
                null,
                Duration.ZERO,
                Map.of());
    }

    private PGReplicationStream open(PgConnection connection) throws SQLException {
        return connection
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName(job.slot())
                .withSlotOption("proto_version", 1)
                .withSlotOption("publication_names", job.publication())
                .withAutomaticFlush(false)
                .withStatusInterval(10, TimeUnit.SECONDS)
                .start();
    }

    private boolean isThere(LogSequenceNumber received) {
        return !job.until().isAfter(Position.boundary(received.asLong()));
    }
}
