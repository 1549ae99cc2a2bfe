package dev.sluice.daemon.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testkit.postgres.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Nothing is lost and nothing applied twice when the daemon is killed, whenever that is. */
class KilledDaemonIT {
    @ParameterizedTest
    @CsvSource({"slot, 6, 14", "changelog, 4, 6"})
    void sourceAndTargetAreEqualAfterManyKillsUnderLoad(
            String capture, int duringCopy, int whileStreaming, @TempDir Path directory) throws Exception {
        long seed = Long.getLong("sluice.seed", 20_261_123L);
        Random random = new Random(seed);
        try (PostgresServer source = PostgresServer.start(Map.of());
                PostgresServer target = PostgresServer.start(Map.of())) {
            source.createDatabase("shop");
            target.createDatabase("shop");
            ShopLoad.createTables(source, "shop");
            Path configuration = configuration(directory, capture, source, target);
            Path output = directory.resolve("daemon.log");
            long lines;
            try (ShopLoad load = ShopLoad.start(source, "shop", 2, seed)) {
                for (int kill = 0; kill < duringCopy; kill++) {
                    killAfter("copying", random.nextInt(900), target, configuration, output);
                }
                for (int kill = 0; kill < whileStreaming; kill++) {
                    killAfter("streaming", random.nextInt(1_500), target, configuration, output);
                }
                lines = load.stop();
            }
            DaemonProcess.run(output, "run", "-c", configuration.toString(), "--until-caught-up");
            for (String table : ShopLoad.TABLES) {
                assertThat(fingerprint(target, table))
                        .as("%s, seed %d", table, seed)
                        .isEqualTo(fingerprint(source, table));
            }
            assertThat(target.rows("shop", "SELECT count(*), count(DISTINCT (worker, line)) FROM journal"))
                    .as("no line lost, none applied twice, seed %d", seed)
                    .isEqualTo(List.of(List.of(Long.toString(lines), Long.toString(lines))));
            DaemonProcess.run(output, "verify", "-c", configuration.toString());
        }
    }

    private static void killAfter(String phase, int millis, PostgresServer target, Path configuration, Path output)
            throws Exception {
        try (DaemonProcess daemon = DaemonProcess.start(output, "run", "-c", configuration.toString())) {
            while (!phase(target).equals(phase) && !phase(target).equals("streaming")) {
                assertThat(daemon.endsWithin(Duration.ofMillis(20)))
                        .as(() -> "ended by itself:\n" + daemon.output())
                        .isFalse();
            }
            assertThat(daemon.endsWithin(Duration.ofMillis(millis)))
                    .as(() -> "ended by itself:\n" + daemon.output())
                    .isFalse();
            daemon.kill();
        }
    }

    private static String phase(PostgresServer target) throws SQLException {
        List<List<@Nullable String>> exists =
                target.rows("shop", "SELECT to_regclass('sluice.checkpoint') IS NOT NULL");
        if (exists.equals(List.of(List.of("f")))) {
            return "none";
        }
        List<List<@Nullable String>> state = target.rows("shop", "SELECT state FROM sluice.checkpoint");
        return state.isEmpty() ? "none" : String.valueOf(state.get(0).get(0));
    }

    private static List<List<@Nullable String>> fingerprint(PostgresServer server, String table) throws SQLException {
        return server.rows(
                "shop",
                "SELECT count(*), md5(string_agg(h, '' ORDER BY h)) FROM (SELECT md5(t::text) h FROM " + table
                        + " t) r");
    }

    private static Path configuration(Path directory, String capture, PostgresServer source, PostgresServer target)
            throws Exception {
        return Files.writeString(directory.resolve("sluice.yaml"), """
                state: %s
                pipelines:
                  shop:
                    source:
                      type: postgres
                      capture: %s
                      url: %s
                      tables: ["public.*"]
                    sinks:
                      replica:
                        type: postgres
                        url: %s
                """.formatted(
                        directory.resolve("state"), capture, source.url("shop"), target.url("shop")));
    }
}
