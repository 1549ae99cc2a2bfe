package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.Secret;
import dev.sluice.postgres.PostgresEndpoint;
import dev.sluice.postgres.Tls;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;

/** An endpoint in the words of vertx-pg-client, meaning what it means to pgjdbc. */
final class ConnectOptions {
    /** A few tables by a few forms of statement; the driver's 256 is for many sessions of an application. */
    private static final int CACHED_STATEMENTS = 512;

    private ConnectOptions() {}

    static PgConnectOptions of(PostgresEndpoint endpoint, String applicationName) {
        PgConnectOptions options = new PgConnectOptions()
                .setHost(endpoint.host())
                .setPort(endpoint.port())
                .setDatabase(endpoint.database())
                .setUser(endpoint.user())
                .setProperties(Map.of("application_name", applicationName, "client_encoding", "utf8"))
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheMaxSize(CACHED_STATEMENTS)
                // By default statements of more than 2,048 characters are parsed each time: those of wide tables.
                .setPreparedStatementCacheSqlFilter(sql -> true)
                .setReconnectAttempts(0);
        Secret password = endpoint.password();
        options.setPassword(password == null ? "" : password.value()); // otherwise the driver makes one up
        if (!endpoint.isUnixSocket()) {
            encrypt(options, endpoint.tls());
        }
        return options;
    }

    private static void encrypt(PgConnectOptions options, Tls tls) {
        options.setSslMode(
                switch (tls.mode()) {
                    case DISABLE -> SslMode.DISABLE;
                    case PREFER -> SslMode.PREFER;
                    case REQUIRE -> SslMode.REQUIRE;
                    case VERIFY_CA -> SslMode.VERIFY_CA;
                    case VERIFY_FULL -> SslMode.VERIFY_FULL;
                });
        ClientSSLOptions ssl = new ClientSSLOptions().setHostnameVerificationAlgorithm("");
        if (tls.mode() == Tls.Mode.VERIFY_FULL) {
            ssl.setHostnameVerificationAlgorithm("HTTPS");
        }
        if (!tls.verifies()) {
            ssl.setTrustAll(true);
        } else if (tls.rootCertificate() != null) {
            ssl.setTrustOptions(new PemTrustOptions().addCertValue(read(tls.rootCertificate(), "CERTIFICATE")));
        }
        if (tls.certificate() != null && tls.key() != null) {
            ssl.setKeyCertOptions(new PemKeyCertOptions()
                    .addCertValue(read(tls.certificate(), "CERTIFICATE"))
                    .addKeyValue(read(tls.key(), "PRIVATE KEY")));
        }
        options.setSslOptions(ssl);
    }

    /** As PEM: pgjdbc's usual form of a key is DER, which is the same without the wrapping. */
    private static Buffer read(Path file, String label) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (new String(bytes, StandardCharsets.ISO_8859_1).contains("-----BEGIN")) {
                return Buffer.buffer(bytes);
            }
            String base64 = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
            return Buffer.buffer("-----BEGIN " + label + "-----\n" + base64 + "\n-----END " + label + "-----\n");
        } catch (IOException error) {
            throw new SyncException(ErrorKind.CONFIGURATION, "url: cannot read the file " + file + " (" + error + ")");
        }
    }
}
