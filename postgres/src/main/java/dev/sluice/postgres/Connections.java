package dev.sluice.postgres;

import dev.sluice.engine.config.Secret;
import dev.sluice.postgres.WatchedSocketFactory.Watch;
import java.net.SocketException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import javax.net.SocketFactory;
import org.newsclub.net.unix.AFUNIXSocketFactory;
import org.postgresql.Driver;
import org.postgresql.PGProperty;
import org.postgresql.jdbc.PgConnection;

/**
 * Opens blocking connections with pgjdbc, all with the same session settings, so that a value has the same text wherever
 * it is read. Immutable; call it from a thread that may block.
 */
public final class Connections {
    /**
     * What every session of ours sets, as {@code SET name = 'value'}. Sessions that are opened otherwise (vertx-pg-client)
     * set these too. With an empty search path every name that the server prints is qualified. With {@code row_security}
     * off a policy that would hide rows becomes an error instead of rows that are silently missing.
     */
    public static final Map<String, String> SESSION_SETTINGS = sessionSettings();

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LOGIN_TIMEOUT = Duration.ofSeconds(30);

    /** A network that swallows what is sent must not hold up whoever asks for something that is answered at once. */
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

    private final PostgresEndpoint endpoint;
    private final String applicationName;

    /** @param applicationName what {@code pg_stat_activity} shows */
    public Connections(PostgresEndpoint endpoint, String applicationName) {
        this.endpoint = endpoint;
        this.applicationName = applicationName;
    }

    public PostgresEndpoint endpoint() {
        return endpoint;
    }

    /** For SQL. In autocommit mode. */
    public PgConnection open() throws SQLException {
        return connect(common());
    }

    /** For SQL that is answered soon: a minute without a byte from the server is a broken connection. In autocommit mode. */
    public PgConnection openForQueries() throws SQLException {
        Properties properties = common();
        PGProperty.SOCKET_TIMEOUT.set(properties, (int) ANSWER_TIMEOUT.toSeconds());
        return connect(properties);
    }

    /**
     * For the replication protocol: a walsender bound to the endpoint's database. It is in simple query mode, where nothing
     * can be bound: give it validated identifiers only.
     */
    public ReplicationConnection openReplication() throws SQLException {
        Properties properties = common();
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        try (Watch watch = new Watch(socketMaker())) {
            PGProperty.SOCKET_FACTORY.set(properties, WatchedSocketFactory.class.getName());
            PGProperty.SOCKET_FACTORY_ARG.set(properties, watch.key());
            return watched(connect(properties), watch);
        }
    }

    private ReplicationConnection watched(PgConnection connection, Watch watch) throws SQLException {
        try {
            return new ReplicationConnection(connection, watch.socket(), endpoint.isUnixSocket());
        } catch (SocketException broken) {
            SQLException error = new SQLException(broken.getMessage(), "08006", broken);
            closeQuietly(connection, error);
            throw error;
        }
    }

    private SocketFactory socketMaker() {
        return endpoint.isUnixSocket()
                ? new AFUNIXSocketFactory.FactoryArg(endpoint.socketPath())
                : SocketFactory.getDefault();
    }

    private PgConnection connect(Properties properties) throws SQLException {
        // The driver's own URL form carries nothing but the address: all else is in the properties, never parsed from
        // text.
        Connection connection = new Driver().connect("jdbc:postgresql://", properties);
        if (connection == null) {
            throw new SQLException("the driver did not accept its own URL", "08001");
        }
        try {
            PgConnection opened = connection.unwrap(PgConnection.class);
            configure(opened);
            return opened;
        } catch (SQLException | RuntimeException error) {
            closeQuietly(connection, error);
            throw error;
        }
    }

    private static void closeQuietly(Connection connection, Exception cause) {
        try {
            connection.close();
        } catch (SQLException alsoBroken) {
            cause.addSuppressed(alsoBroken);
        }
    }

    /** By SET rather than as start-up options, which poolers refuse and pgjdbc partly overrides (TimeZone, DateStyle). */
    private static void configure(PgConnection connection) throws SQLException {
        String settings = SESSION_SETTINGS.entrySet().stream()
                .map(setting -> "SET " + setting.getKey() + " = " + Identifiers.literal(setting.getValue()))
                .collect(Collectors.joining(";"));
        if (connection.haveMinimumServerVersion(170000)) {
            settings += ";SET transaction_timeout = 0";
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(settings);
        }
    }

    private Properties common() {
        Properties properties = new Properties();
        PGProperty.PG_HOST.set(properties, endpoint.isUnixSocket() ? "localhost" : endpoint.host());
        PGProperty.PG_PORT.set(properties, endpoint.port());
        PGProperty.PG_DBNAME.set(properties, endpoint.database());
        PGProperty.USER.set(properties, endpoint.user());
        Secret password = endpoint.password();
        if (password != null) {
            PGProperty.PASSWORD.set(properties, password.value());
        }
        PGProperty.APPLICATION_NAME.set(properties, applicationName);
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        PGProperty.CONNECT_TIMEOUT.set(properties, (int) CONNECT_TIMEOUT.toSeconds());
        PGProperty.LOGIN_TIMEOUT.set(properties, (int) LOGIN_TIMEOUT.toSeconds());
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.GSS_ENC_MODE.set(properties, "disable"); // would cost a round trip and is not offered in a URL
        PGProperty.LOG_SERVER_ERROR_DETAIL.set(properties, false); // details quote rows; they belong in the error only
        if (endpoint.isUnixSocket()) {
            PGProperty.SSL_MODE.set(properties, "disable");
            PGProperty.SOCKET_FACTORY.set(properties, AFUNIXSocketFactory.FactoryArg.class.getName());
            PGProperty.SOCKET_FACTORY_ARG.set(properties, endpoint.socketPath());
        } else {
            encrypt(properties, endpoint.tls());
        }
        return properties;
    }

    private static void encrypt(Properties properties, Tls tls) {
        PGProperty.SSL_MODE.set(properties, tls.mode().libpqName());
        if (tls.rootCertificate() != null) {
            PGProperty.SSL_ROOT_CERT.set(properties, tls.rootCertificate().toString());
        } else if (tls.verifies()) {
            PGProperty.SSL_FACTORY.set(properties, "org.postgresql.ssl.DefaultJavaSSLFactory");
        }
        if (tls.certificate() != null && tls.key() != null) {
            PGProperty.SSL_CERT.set(properties, tls.certificate().toString());
            PGProperty.SSL_KEY.set(properties, tls.key().toString());
        }
    }

    private static Map<String, String> sessionSettings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("client_encoding", "UTF8");
        settings.put("DateStyle", "ISO, MDY");
        settings.put("IntervalStyle", "postgres");
        settings.put("TimeZone", "UTC");
        settings.put("extra_float_digits", "3");
        settings.put("jit", "off"); // compiles our catalog queries for longer than they run
        settings.put("bytea_output", "hex");
        settings.put("xmlbinary", "base64");
        settings.put("lc_monetary", "C");
        settings.put("search_path", "");
        settings.put("row_security", "off");
        settings.put("client_min_messages", "warning");
        settings.put("default_transaction_isolation", "read committed");
        settings.put("default_transaction_read_only", "off");
        settings.put("statement_timeout", "0");
        settings.put("lock_timeout", "0");
        settings.put("idle_in_transaction_session_timeout", "0");
        return Collections.unmodifiableMap(settings);
    }
}
