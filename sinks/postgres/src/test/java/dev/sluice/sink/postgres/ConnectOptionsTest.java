package dev.sluice.sink.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.Secret;
import dev.sluice.postgres.PostgresEndpoint;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a URL means to libpq and pgjdbc it must mean to vertx-pg-client, whose defaults differ. */
class ConnectOptionsTest {
    @Test
    void encryptionIsPreferredAndCertificatesAreNotLookedAtByDefault() {
        PgConnectOptions options = options("postgresql://u@db/x");
        assertThat(options.getSslMode()).isEqualTo(SslMode.PREFER);
        assertThat(options.getSslOptions().isTrustAll()).isTrue();
        assertThat(options.getHost()).isEqualTo("db");
        assertThat(options.getPort()).isEqualTo(5432);
    }

    @Test
    void verifyFullChecksTheHostNameAgainstTheGivenAuthority(@TempDir Path directory) throws IOException {
        Path authority = Files.writeString(directory.resolve("root.crt"), "-----BEGIN CERTIFICATE-----\n");
        PgConnectOptions options = options("postgresql://u@db/x?sslmode=verify-full&sslrootcert=" + authority);
        assertThat(options.getSslMode()).isEqualTo(SslMode.VERIFY_FULL);
        assertThat(options.getSslOptions().isTrustAll()).isFalse();
        assertThat(options.getSslOptions().getHostnameVerificationAlgorithm()).isEqualTo("HTTPS");
        assertThat(((PemTrustOptions) options.getSslOptions().getTrustOptions()).getCertValues())
                .hasSize(1);
    }

    @Test
    void verifyCaDoesNotLookAtTheHostName() {
        PgConnectOptions options = options("postgresql://u@db/x?sslmode=verify-ca");
        assertThat(options.getSslOptions().isTrustAll()).isFalse();
        assertThat(options.getSslOptions().getHostnameVerificationAlgorithm()).isEmpty();
    }

    @Test
    void aKeyInDerFormIsTakenAsPem(@TempDir Path directory) throws IOException {
        Path certificate = Files.writeString(directory.resolve("c.crt"), "-----BEGIN CERTIFICATE-----\n");
        Path key = Files.write(directory.resolve("c.pk8"), new byte[] {0x30, 1, 2, 3});
        PgConnectOptions options =
                options("postgresql://u@db/x?sslmode=require&sslcert=" + certificate + "&sslkey=" + key);
        PemKeyCertOptions pem = (PemKeyCertOptions) options.getSslOptions().getKeyCertOptions();
        assertThat(pem.getKeyValue().toString(StandardCharsets.US_ASCII))
                .isEqualTo("-----BEGIN PRIVATE KEY-----\nMAECAw==\n-----END PRIVATE KEY-----\n");
    }

    @Test
    void aFileThatCannotBeReadIsNamed() {
        assertThatThrownBy(() -> options("postgresql://u@db/x?sslmode=verify-ca&sslrootcert=/nowhere/root.crt"))
                .isInstanceOf(SyncException.class)
                .hasMessageContaining("/nowhere/root.crt");
    }

    @Test
    void withoutAPasswordNoneIsMadeUp() {
        assertThat(options("postgresql://u@db/x").getPassword()).isEmpty();
        PostgresEndpoint endpoint = PostgresEndpoint.parse("postgresql://u@db/x", new Secret("s3cret"));
        assertThat(ConnectOptions.of(endpoint, "test").getPassword()).isEqualTo("s3cret");
    }

    private static PgConnectOptions options(String url) {
        return ConnectOptions.of(PostgresEndpoint.parse(url, null), "test");
    }
}
