package dev.sluice.daemon.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.daemon.Eventually;
import dev.sluice.testkit.postgres.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A first copy that is killed again and again while its tables change reads little twice, and loses nothing. */
class InterruptedCopyIT {
    /** {@code make soak} makes it twenty. */
    private static final int KILLS = Integer.getInteger("sluice.kills", 6);

    private static final int ROWS = 240_000;
    private static final int WORKERS = 2;
    private static final int CHUNKS_BETWEEN_KILLS = 6;

    /** Between two changes, so that there is time for the copy on two cores. */
    private static final long PAUSE_NANOS = 3_000_000;

    private static final Pattern READ =
            Pattern.compile("statement: COPY \\(SELECT [^\n]* FROM ONLY \"public\"\\.\"large\""
                    + "(?: WHERE (?:\"id\" >= (\\d+))?(?: AND )?(?:\"id\" < (\\d+))?)?\\)");

    @Test
    void onlyWhatWasUnderWayIsReadTwice(@TempDir Path directory) throws Exception {
        try (PostgresServer source = PostgresServer.start(Map.of("log_statement", "all"));
                PostgresServer target = PostgresServer.start(Map.of())) {
            source.createDatabase("shop");
            target.createDatabase("shop");
            source.execute(
                    "shop",
                    "CREATE TABLE large (id bigint PRIMARY KEY, n int NOT NULL, body text)",
                    "CREATE TABLE scattered (id uuid PRIMARY KEY, n int NOT NULL, body text)",
                    "CREATE TABLE small (id int PRIMARY KEY, n int NOT NULL)",
                    "INSERT INTO large SELECT i, 0, repeat(md5(i::text), 8) FROM generate_series(1, " + ROWS + ") i",
                    "INSERT INTO scattered SELECT gen_random_uuid(), 0, md5(i::text) FROM generate_series(1, 5000) i",
                    "INSERT INTO small SELECT i, 0 FROM generate_series(1, 100) i",
                    "VACUUM ANALYZE");
            Path configuration = configuration(directory, source, target);
            Path output = directory.resolve("daemon.log");
            AtomicBoolean stopped = new AtomicBoolean();
            CompletableFuture<Void> load = CompletableFuture.runAsync(() -> change(source, stopped));
            for (int kill = 0; kill < KILLS; kill++) {
                killWhileCopying(target, configuration, output);
            }
            stopped.set(true);
            load.get();
            DaemonProcess.run(output, "run", "-c", configuration.toString(), "--until-caught-up");
            DaemonProcess.run(output, "verify", "-c", configuration.toString());

            long recorded = number(target, "SELECT count(*) FROM sluice.copied WHERE table_name = 'large'");
            List<Long> lengths = lengthsOfReads(source.log());
            assertThat(recorded).as("chunks").isGreaterThan((long) KILLS * CHUNKS_BETWEEN_KILLS);
            assertThat(lengths.size() - recorded)
                    .as("chunks that were read in vain, of %d, %d recorded", lengths.size(), recorded)
                    .isBetween(0L, (long) KILLS * WORKERS);
            long longest = lengths.stream().mapToLong(Long::longValue).max().orElse(0);
            assertThat(lengths.stream().mapToLong(Long::longValue).sum())
                    .as("rows that were read, chunks being of up to %d", longest)
                    .isBetween((long) ROWS, ROWS + (long) KILLS * WORKERS * longest);
        }
    }

    /** Kills it when it has recorded some chunks more than there were. */
    private static void killWhileCopying(PostgresServer target, Path configuration, Path output) throws Exception {
        long before = recorded(target);
        try (DaemonProcess daemon = DaemonProcess.start(output, "run", "-c", configuration.toString())) {
            Eventually.get(() -> recorded(target), now -> now >= before + CHUNKS_BETWEEN_KILLS);
            assertThat(daemon.endsWithin(Duration.ZERO)).as(daemon::output).isFalse();
            daemon.kill();
        }
        assertThat(number(target, "SELECT count(*) FROM sluice.checkpoint WHERE state = 'copying'"))
                .as("killed during the copy")
                .isEqualTo(1);
    }

    private static long recorded(PostgresServer target) throws SQLException {
        return number(target, "SELECT count(*) WHERE to_regclass('sluice.copied') IS NOT NULL") == 0
                ? 0
                : number(target, "SELECT count(*) FROM sluice.copied");
    }

    private static long number(PostgresServer server, String query) throws SQLException {
        return Long.parseLong(String.valueOf(server.rows("shop", query).get(0).get(0)));
    }

    /** In rows that were there from the beginning. */
    private static List<Long> lengthsOfReads(String log) {
        List<Long> lengths = new ArrayList<>();
        for (MatchResult read : READ.matcher(log).results().toList()) {
            long from = read.group(1) == null ? 1 : Long.parseLong(read.group(1));
            long to = read.group(2) == null ? ROWS + 1 : Long.parseLong(read.group(2));
            lengths.add(Math.max(0, Math.min(to, ROWS + 1) - from));
        }
        return lengths;
    }

    /** Rows of all chunks, those that are copied and those that are not, also from one chunk to another. */
    private static void change(PostgresServer source, AtomicBoolean stopped) {
        Random random = new Random(20_261_127);
        try (Connection connection = source.connect("shop");
                Statement statement = connection.createStatement()) {
            for (int i = 1; !stopped.get(); i++) {
                LockSupport.parkNanos(PAUSE_NANOS);
                int id = 1 + random.nextInt(ROWS);
                statement.execute(
                        switch (random.nextInt(7)) {
                            case 0 -> "INSERT INTO large VALUES (" + (ROWS + i) + ", " + i + ", 'new')";
                            case 1 -> "DELETE FROM large WHERE id = " + id;
                            case 6 -> "UPDATE large SET id = " + (ROWS / 2 + 10_000_000L - i) + " WHERE id = " + id;
                            case 2 -> "UPDATE small SET n = n + 1 WHERE id = " + (1 + id % 100);
                            case 3 ->
                                "UPDATE scattered SET n = n + 1 WHERE id = (SELECT id FROM scattered OFFSET "
                                        + random.nextInt(5000) + " LIMIT 1)";
                            default -> "UPDATE large SET n = n + 1 WHERE id BETWEEN " + id + " AND " + (id + 50);
                        });
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Path configuration(Path directory, PostgresServer source, PostgresServer target) throws Exception {
        return Files.writeString(directory.resolve("sluice.yaml"), """
                state: %s
                pipelines:
                  shop:
                    source:
                      type: postgres
                      url: %s
                      tables: ["public.*"]
                      copy: { workers: %d, chunk: 256KB }
                    sinks:
                      replica: { type: postgres, url: "%s", copyConnections: %d }
                """.formatted(
                        directory.resolve("state"), source.url("shop"), WORKERS, target.url("shop"), WORKERS));
    }
}
