package dev.sluice.bench.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@PostgresTest
class DebeziumServerProcessTest {
    private static final Path DISTRIBUTION = Path.of("target/debezium-server");

    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final String TABLE = """
            CREATE TABLE bench.rows (
              id bigint PRIMARY KEY, account integer NOT NULL, kind text NOT NULL, amount numeric(12,2) NOT NULL,
              happened timestamptz NOT NULL, reference uuid NOT NULL, note text, settled boolean NOT NULL)
            """;

    private static final String INSERT = """
            INSERT INTO bench.rows
            SELECT i, i % 100, 'transfer', i / 100.0, timestamptz '2026-01-01 00:00:00.123456+00' + i * interval '1 second',
              md5(i::text)::uuid, CASE WHEN i % 7 = 0 THEN NULL ELSE 'Überweisung ' || i END, i % 2 = 0
            FROM generate_series(1, 3000) AS i
            """;

    private static final String ALL = "SELECT md5(string_agg(r::text, '|' ORDER BY id)), count(*) FROM bench.rows r";

    @Test
    void saysWhatIsMissing(@TempDir Path nothing) {
        assertThat(DebeziumServerProcess.missing(nothing)).get().asString().contains("-Pdebezium-server");
    }

    @Test
    void insertsUpdatesAndDeletesArrive(TestDatabase source, @TempDir Path directory) throws Exception {
        Optional<String> missing = DebeziumServerProcess.missing(DISTRIBUTION);
        assumeTrue(missing.isEmpty(), () -> "no Debezium Server: " + missing.orElse(""));
        TestDatabase target = source.another("target");
        target.execute("CREATE SCHEMA bench", TABLE);
        String slot = source.name() + "_slot";
        source.execute(
                "CREATE SCHEMA bench",
                TABLE,
                "CREATE PUBLICATION bench FOR TABLE bench.rows",
                "SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')",
                INSERT,
                "UPDATE bench.rows SET amount = amount * -1, note = 'changed' WHERE id % 5 = 0",
                "DELETE FROM bench.rows WHERE id % 11 = 0",
                "INSERT INTO bench.rows SELECT 9999, 0, 'last', 0, now(), gen_random_uuid(), NULL, true");
        DebeziumServerProcess server = new DebeziumServerProcess(
                DISTRIBUTION, database(source), database(target), slot, "bench", "bench", directory, "512m");
        try (server) {
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            server.start();
            assertThat(server.pid()).isPositive();
            while (!target.rows(ALL).equals(source.rows(ALL))) { // each round is two queries, so this is no busy loop
                assertThat(server.isAlive()).as(server.logTail()).isTrue();
                assertThat(System.nanoTime()).as(server.logTail()).isLessThan(deadline);
            }
        }
        assertThat(server.isAlive()).isFalse();
        assertThat(directory.resolve("config/application.properties")).doesNotExist();
        assertThat(DebeziumServerProcess.version(DISTRIBUTION)).startsWith("3.");
        assertThat(source.value("SELECT count(*) FROM pg_replication_slots WHERE slot_name = '" + slot + "'"))
                .isEqualTo("1");
    }

    private static ServerDatabase database(TestDatabase database) {
        return new ServerDatabase("127.0.0.1", database.server().port(), "postgres", null, database.name());
    }
}
