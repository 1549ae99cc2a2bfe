package dev.sluice.source.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.source.Source;
import dev.sluice.testkit.leak.LeavesNoThreads;
import dev.sluice.testkit.postgres.PostgresServer;
import dev.sluice.testkit.source.BatchProbe;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same stream, encrypted: there the driver cannot ask whether anything is waiting. */
@LeavesNoThreads
class TlsTest {
    private static final char[] STORE_PASSWORD = "changeit".toCharArray();

    private PostgresServer server;
    private Path certificate;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path store = directory.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=dns:localhost",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        new String(STORE_PASSWORD),
                        "-validity",
                        "2")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, STORE_PASSWORD);
        }
        certificate = pem(
                directory,
                "server.crt",
                "CERTIFICATE",
                keys.getCertificate("server").getEncoded());
        Path key = pem(
                directory,
                "server.key",
                "PRIVATE KEY",
                keys.getKey("server", STORE_PASSWORD).getEncoded());
        server = PostgresServer.start(Map.of());
        // The server insists on owning its key; as root it runs as somebody else, who owns its socket directory.
        UserPrincipal owner = Files.getOwner(server.socketDirectory().resolve(".s.PGSQL." + server.port()));
        Files.setOwner(key, owner);
        server.execute(
                "postgres",
                "CREATE TABLE items (id int PRIMARY KEY)",
                "ALTER SYSTEM SET ssl_cert_file = '" + certificate + "'",
                "ALTER SYSTEM SET ssl_key_file = '" + key + "'",
                "ALTER SYSTEM SET ssl = on",
                "SELECT pg_reload_conf()");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void theStreamIsEncryptedVerifiedAndStillQuick() throws Exception {
        String url = "postgresql://postgres@localhost:" + server.port() + "/postgres?sslmode=verify-full&sslrootcert="
                + certificate;
        Source source = Sources.open(Sources.config(url, "public.*"), "tls");
        try {
            Position start = SourceTest.begin(source);
            try (BatchProbe probe = SourceTest.subscribe(source, start)) {
                server.execute("postgres", "INSERT INTO items SELECT generate_series(1, 20000)");
                probe.untilChanges(20000);
                assertThat(server.rows(
                                        "postgres",
                                        "SELECT ssl FROM pg_stat_ssl JOIN pg_replication_slots ON pid = active_pid")
                                .get(0))
                        .containsExactly("t");
                long best = Long.MAX_VALUE;
                for (int id = 20001; id <= 20010; id++) {
                    server.execute("postgres", "INSERT INTO items VALUES (" + id + ")");
                    long before = System.nanoTime();
                    probe.untilChanges(id);
                    best = Math.min(best, System.nanoTime() - before);
                }
                assertThat(best).isLessThan(TimeUnit.MILLISECONDS.toNanos(100));
            }
        } finally {
            source.close().block(SourceTest.PATIENCE);
        }
    }

    @Test
    void aServerThatCannotBeVerifiedIsNotSpokenTo() {
        String url = "postgresql://postgres@localhost:" + server.port() + "/postgres?sslmode=verify-full";
        Source source = Sources.open(Sources.config(url, "public.*"), "tls");
        try {
            assertThat(SourceTest.failure(source.origin().inspect()).kind()).isEqualTo(ErrorKind.SOURCE_REFUSED);
        } finally {
            source.close().block(SourceTest.PATIENCE);
        }
    }

    private static Path pem(Path directory, String name, String what, byte[] content) throws Exception {
        Path file = directory.resolve(name);
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
        Files.writeString(file, "-----BEGIN " + what + "-----\n" + body + "\n-----END " + what + "-----\n");
        Files.setPosixFilePermissions(
                file, PosixFilePermissions.fromString(name.endsWith(".key") ? "rw-------" : "rw-r--r--"));
        return file;
    }
}
