package dev.sluice.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.source.Snapshot;
import dev.sluice.engine.source.Source;
import dev.sluice.testkit.change.RecordedChange;
import dev.sluice.testkit.leak.LeavesNoThreads;
import dev.sluice.testkit.postgres.PostgresBinaries;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.source.BatchProbe;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

/** The whole way against those older servers that this machine happens to have installed. */
@LeavesNoThreads
class OlderServerTest {
    @ParameterizedTest
    @ValueSource(ints = {14, 15, 16, 17})
    void copyStreamAndTeardownWork(int version) throws Exception {
        Path bin = Path.of("/usr/lib/postgresql/" + version + "/bin");
        Assumptions.assumeTrue(
                Files.isExecutable(bin.resolve("pg_ctl")), "PostgreSQL " + version + " is not installed");
        try (PostgresServer server = PostgresServer.start(PostgresBinaries.installed(bin), Map.of())) {
            server.execute(
                    "postgres",
                    "CREATE TABLE items (id int PRIMARY KEY, name text)",
                    "CREATE TABLE events (id int, day date, PRIMARY KEY (id, day)) PARTITION BY RANGE (day)",
                    "CREATE TABLE events_1 PARTITION OF events FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
                    "INSERT INTO items VALUES (1, 'copied')");
            Source source = Sources.open(Sources.config(server.url("postgres"), "public.*"), "older");
            try {
                follow(server, source);
                if (version < 17) {
                    Source failover = Sources.open(
                            Sources.named(Sources.config(server.url("postgres"), "public.*"), "f", "f", true), "f");
                    assertThat(SourceTest.failure(failover.origin().inspect()).kind())
                            .isEqualTo(ErrorKind.SOURCE_REFUSED);
                    failover.close().block(SourceTest.PATIENCE);
                }
            } finally {
                source.close().block(SourceTest.PATIENCE);
            }
        }
    }

    private static void follow(PostgresServer server, Source source) throws Exception {
        assertThat(SourceTest.get(source.origin().inspect()).tables()).hasSize(2);
        Snapshot snapshot = SourceTest.get(source.origin().snapshot());
        List<RecordedChange> rows = SourceTest.get(Flux.fromIterable(snapshot.tables())
                .flatMap(snapshot::rows)
                .concatMapIterable(RecordedChange::of)
                .collectList());
        assertThat(rows).hasSize(1);
        snapshot.close().block(SourceTest.PATIENCE);
        server.execute(
                "postgres",
                "INSERT INTO items VALUES (2, 'streamed')",
                "INSERT INTO events VALUES (1, '2026-05-05')",
                "CREATE TABLE unrelated AS SELECT 1");
        Position now = SourceTest.get(source.origin().now());
        try (BatchProbe probe = SourceTest.subscribe(source, snapshot.position())) {
            probe.untilPosition(now.lsn());
            assertThat(probe.changes()).extracting(RecordedChange::table).containsExactly("items", "events");
            source.confirm(probe.last());
        }
        assertThat(SourceTest.get(source.origin().inspect()).tables()).hasSize(2);
        assertThat(SourceTest.get(source.origin().teardown(true))).hasSize(2);
    }
}
