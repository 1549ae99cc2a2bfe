package dev.sluice.testkit.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class OrphanedServerTest {
    @Test
    void theServerGoesWithItsJavaProcessEvenIfThatIsKilled() throws IOException, InterruptedException {
        Process holder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin/java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String port;
        Path directory;
        try (BufferedReader output = holder.inputReader(StandardCharsets.UTF_8)) {
            port = output.readLine();
            directory = Path.of(output.readLine());
            assertThat(directory).exists();
        } finally {
            holder.destroyForcibly().waitFor();
        }
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (Files.exists(directory) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
        }
        assertThat(directory).doesNotExist();
        assertThat(refuses("jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres"))
                .isTrue();
    }

    private static boolean refuses(String url) {
        try {
            DriverManager.getConnection(url).close();
            return false;
        } catch (SQLException e) {
            return true;
        }
    }

    /** Starts a server, says where, and waits to be killed. */
    static final class Holder {
        private Holder() {}

        public static void main(String[] arguments) throws InterruptedException {
            PostgresServer server = PostgresServer.start(Map.of());
            System.out.println(server.port());
            System.out.println(server.socketDirectory().getParent());
            new CountDownLatch(1).await();
            server.close();
        }
    }
}
