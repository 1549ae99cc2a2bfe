package dev.sluice.daemon.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.testkit.postgres.PostgresServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Many rows of a megabyte need no more than a heap of 256 MB, in the copy and in the stream, whoever takes them. */
class LargeRowsIT {
    private static final String ROWS =
            "INSERT INTO large SELECT i, repeat(md5(i::text), 32768) FROM generate_series(%d, %d) i";

    @Test
    void rowsOfAMegabyteGoThroughASmallHeap(@TempDir Path directory) throws Exception {
        try (PostgresServer server = PostgresServer.start(Map.of())) {
            server.createDatabase("shop");
            server.createDatabase("copy");
            server.execute(
                    "shop",
                    "CREATE TABLE large (id int PRIMARY KEY, body text)",
                    "ALTER TABLE large ALTER body SET STORAGE EXTERNAL",
                    ROWS.formatted(1, 200));
            Path output = directory.resolve("daemon.log");
            Path events = directory.resolve("events.jsonl");
            String configuration = Files.writeString(directory.resolve("sluice.yaml"), """
                            state: %s
                            pipelines:
                              shop:
                                source: { type: postgres, url: "%s", tables: ["public.*"] }
                                sinks:
                                  replica: { type: postgres, url: "%s" }
                                  events: { type: file, path: "%s" }
                            """.formatted(
                                    directory.resolve("state"), server.url("shop"), server.url("copy"), events))
                    .toString();
            DaemonProcess.run(output, "run", "-c", configuration, "--until-caught-up");
            server.execute(
                    "shop",
                    ROWS.formatted(201, 350),
                    "UPDATE large SET body = repeat(md5(body), 32768) WHERE id % 10 = 0",
                    "UPDATE large SET id = -id WHERE id % 7 = 0",
                    "DELETE FROM large WHERE id % 5 = 0");
            DaemonProcess.run(output, "run", "-c", configuration, "--until-caught-up");
            DaemonProcess.run(output, "verify", "-c", configuration);
            assertThat(sizeOfAll(directory)).isGreaterThan(350L << 20);
        }
    }

    /** The file that is written, and those before it. */
    private static long sizeOfAll(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("events"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }
}
