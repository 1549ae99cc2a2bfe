package dev.sluice.source.postgres;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.Source;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import dev.sluice.testkit.source.BatchProbe;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import reactor.core.publisher.Mono;

/** What the tests of the source share: sources that are closed afterwards, and waiting for the server. */
@PostgresTest
abstract class SourceTest {
    static final Duration PATIENCE = Duration.ofSeconds(30);

    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<Source> opened = new ArrayList<>();

    @AfterEach
    void closeSources() {
        opened.forEach(source -> source.close().block(PATIENCE));
    }

    final Source open(PostgresSourceConfig config, String pipeline) {
        Source source = Sources.open(config, pipeline, meters);
        opened.add(source);
        return source;
    }

    final Source open(TestDatabase database, String... tables) {
        return open(Sources.config(database.url(), tables), database.name());
    }

    static Position begin(Source source) {
        Snapshot snapshot = get(source.origin().snapshot());
        snapshot.close().block(PATIENCE);
        return snapshot.position();
    }

    static BatchProbe subscribe(Source source, Position after) {
        return BatchProbe.subscribe(source.changes(after), after);
    }

    static <T> T get(Mono<T> call) {
        return Objects.requireNonNull(call.block(PATIENCE), "completed without a value");
    }

    static SyncException failure(Mono<?> call) {
        return Assertions.catchThrowableOfType(SyncException.class, () -> call.block(PATIENCE));
    }

    static void insertNumbers(TestDatabase database, int from, int to) throws SQLException {
        database.execute("INSERT INTO items SELECT n, 'item ' || n FROM generate_series(" + from + ", " + to + ") n");
    }

    /** A server's state that can only be asked for. */
    interface Condition {
        boolean holds() throws SQLException;
    }

    static void eventually(Condition condition) throws SQLException, TimeoutException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("the condition never held");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
