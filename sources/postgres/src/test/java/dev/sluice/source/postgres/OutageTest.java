package dev.sluice.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.source.Source;
import dev.sluice.testkit.change.RecordedChange;
import dev.sluice.testkit.leak.LeavesNoThreads;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.proxy.FaultProxy;
import dev.sluice.testkit.source.BatchProbe;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers that go away, or are about to. */
@LeavesNoThreads
class OutageTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String DATABASE = "postgres";

    private PostgresServer server;
    private Source source;

    @BeforeEach
    void start() throws SQLException {
        server = PostgresServer.start(Map.of("wal_sender_timeout", "1s"));
        server.execute(DATABASE, "CREATE TABLE items (id int PRIMARY KEY, wide text)");
        source = Sources.open(Sources.config(server.url(DATABASE), "public.*"), "outage");
    }

    @AfterEach
    void stop() {
        source.close().block(PATIENCE);
        server.close();
    }

    @Test
    void aServerThatRestartsIsUnavailableAndThenTheStreamGoesOn() throws Exception {
        Position at = SourceTest.begin(source);
        try (BatchProbe probe = SourceTest.subscribe(source, at)) {
            insert(1, 10);
            probe.untilChanges(10).until(p -> p.last().isBoundary());
            source.confirm(probe.last());
            // A server that stops in good order waits until all that it has sent is confirmed.
            CompletableFuture<Void> stopping = CompletableFuture.runAsync(server::stop);
            at = confirmUntilFailure(probe);
            stopping.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        assertThat(streamFailure(at).kind()).isEqualTo(ErrorKind.SOURCE_UNAVAILABLE);
        server.startAgain();
        insert(11, 20);
        try (BatchProbe probe = SourceTest.subscribe(source, at)) {
            assertThat(ids(probe.untilChanges(10).changes()))
                    .containsExactly("11", "12", "13", "14", "15", "16", "17", "18", "19", "20");
        }
    }

    /** After a crash the slot may stand where it stood long before: what was delivered must not come again. */
    @Test
    void aServerThatCrashesRepeatsNothingThatWasDelivered() throws Exception {
        Position at = SourceTest.begin(source);
        insert(1, 10);
        try (BatchProbe probe = SourceTest.subscribe(source, at)) {
            probe.untilChanges(10).until(p -> p.last().isBoundary());
            at = probe.last();
            source.confirm(at);
            server.kill();
            SyncException error = (SyncException) probe.error();
            assertThat(error.kind()).isEqualTo(ErrorKind.SOURCE_UNAVAILABLE);
            at = probe.last();
        }
        server.startAgain();
        insert(11, 12);
        try (BatchProbe probe = SourceTest.subscribe(source, at)) {
            assertThat(ids(probe.untilChanges(2).changes())).containsExactly("11", "12");
            assertThat(probe.violations()).isEmpty();
        }
    }

    @Test
    void withoutDemandTheConnectionOutlivesTheServersTimeout() throws Exception {
        Position at = SourceTest.begin(source);
        try (BatchProbe probe = SourceTest.subscribe(source, at)) {
            insert(1, 1);
            probe.untilChanges(1);
            String before = walsender();
            // One transaction, much larger than what the sockets hold, so that the server is stuck in the middle of it.
            server.execute(DATABASE, "INSERT INTO items SELECT n, repeat('x', 2000) FROM generate_series(2, 20000) n");
            try (Connection connection = server.connect(DATABASE);
                    Statement statement = connection.createStatement()) {
                statement.execute("SELECT pg_sleep(4)");
            }
            assertThat(walsender()).isEqualTo(before);
            probe.untilChanges(20000);
            assertThat(walsender()).isEqualTo(before);
            assertThat(probe.violations()).isEmpty();
        }
    }

    @Test
    void aConnectionThatIsCutIsUnavailableAndNothingIsLost() throws Exception {
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", server.port())) {
            Source proxied = Sources.open(
                    Sources.config("postgresql://postgres@127.0.0.1:" + proxy.port() + "/" + DATABASE, "public.*"),
                    "cut");
            Position at = SourceTest.begin(proxied);
            insert(1, 2000);
            int seen = 0;
            proxy.cutAfter(100_000);
            try (BatchProbe probe = SourceTest.subscribe(proxied, at)) {
                SyncException error = (SyncException) probe.error();
                assertThat(error.kind()).isEqualTo(ErrorKind.SOURCE_UNAVAILABLE);
                at = probe.last();
                seen = probe.changes().size();
            }
            proxy.pass();
            int missing = 2000 - seen;
            try (BatchProbe probe = SourceTest.subscribe(proxied, at)) {
                List<String> ids = ids(probe.untilChanges(missing).changes());
                assertThat(ids).hasSize(missing).endsWith("2000").doesNotHaveDuplicates();
                assertThat(probe.violations()).isEmpty();
            }
            proxied.close().block(PATIENCE);
        }
    }

    @Test
    void aSubscriberThatLeavesWhileTheStreamConnectsMakesRoomForTheNextAtOnce() throws Exception {
        try (FaultProxy proxy = FaultProxy.to("127.0.0.1", server.port())) {
            Source proxied = Sources.open(
                    Sources.config("postgresql://postgres@127.0.0.1:" + proxy.port() + "/" + DATABASE, "public.*"),
                    "left");
            Position at = SourceTest.begin(proxied);
            SourceTest.eventually(() -> proxy.open() == 0);
            insert(1, 3);
            proxy.stall();
            int before = proxy.accepted();
            BatchProbe left = SourceTest.subscribe(proxied, at);
            SourceTest.eventually(() -> proxy.accepted() > before);
            left.close();
            try (BatchProbe probe = SourceTest.subscribe(proxied, at)) {
                proxy.pass();
                assertThat(ids(probe.untilChanges(3).changes())).containsExactly("1", "2", "3");
            }
            proxied.close().block(PATIENCE);
        }
    }

    @Test
    void aServerThatIsDownIsUnavailableToEveryCall() {
        server.stop();
        for (var call : List.of(
                source.origin().inspect(),
                source.origin().snapshot(),
                source.origin().now(),
                source.origin().teardown(true))) {
            assertThat(SourceTest.failure(call).kind()).isEqualTo(ErrorKind.SOURCE_UNAVAILABLE);
        }
    }

    private Position confirmUntilFailure(BatchProbe probe) throws Exception {
        try {
            probe.until(p -> {
                source.confirm(p.last());
                return false;
            });
            return probe.last();
        } catch (RuntimeException failed) {
            assertThat(failed.getCause()).isInstanceOfSatisfying(SyncException.class, error -> assertThat(error.kind())
                    .isEqualTo(ErrorKind.SOURCE_UNAVAILABLE));
            return probe.last();
        }
    }

    private SyncException streamFailure(Position after) throws Exception {
        try (BatchProbe probe = SourceTest.subscribe(source, after)) {
            return (SyncException) probe.error();
        }
    }

    private void insert(int from, int to) throws SQLException {
        server.execute(
                DATABASE,
                "INSERT INTO items SELECT n, repeat('x', 100) FROM generate_series(" + from + ", " + to + ") n");
    }

    private String walsender() throws SQLException {
        return String.valueOf(
                server.rows(DATABASE, "SELECT active_pid FROM pg_replication_slots WHERE slot_name = 'sluice_outage'"));
    }

    private static List<String> ids(List<RecordedChange> changes) {
        return changes.stream()
                .map(change -> String.valueOf(change.value("id")))
                .toList();
    }
}
