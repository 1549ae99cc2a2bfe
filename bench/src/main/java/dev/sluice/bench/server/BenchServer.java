package dev.sluice.bench.server;

import dev.sluice.engine.change.Position;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.PostgresEndpoint;
import dev.sluice.testkit.postgres.PostgresServer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The server that is measured against: an embedded one that is gone afterwards, or somebody's. For one thread. */
public final class BenchServer implements AutoCloseable {
    private static final String DATABASE = "bench";

    /** As one would set them for a server that replicates; what could disturb a measurement is off or far away. */
    private static final Map<String, String> SETTINGS = Map.of(
            "shared_buffers", "512MB",
            "max_wal_size", "16GB",
            "checkpoint_timeout", "1h",
            "autovacuum", "off",
            "logical_decoding_work_mem", "64MB",
            "wal_sender_timeout", "60s",
            "max_locks_per_transaction", "1024");

    private final @Nullable PostgresServer embedded;
    private final PostgresEndpoint endpoint;
    private final String url;

    private BenchServer(@Nullable PostgresServer embedded, String url) {
        this.embedded = embedded;
        this.url = url;
        this.endpoint = PostgresEndpoint.parse(url, null);
    }

    /** @param url of somebody's server, whose user may replicate and create a schema; empty for an embedded one */
    public static BenchServer open(Optional<String> url) throws SQLException {
        if (url.isPresent()) {
            return new BenchServer(null, url.get());
        }
        PostgresServer server = PostgresServer.start(SETTINGS);
        try {
            server.createDatabase(DATABASE);
        } catch (SQLException | RuntimeException e) {
            server.close();
            throw e;
        }
        return new BenchServer(server, server.url(DATABASE));
    }

    /** With the password, if it has one: for configurations, not for people. */
    public String url() {
        return url;
    }

    public PostgresEndpoint endpoint() {
        return endpoint;
    }

    /** The same over a Unix socket, where that is known: for an embedded server, or one whose URL names a socket. */
    public Optional<String> unixUrl() {
        if (endpoint.isUnixSocket()) {
            return Optional.of(url);
        }
        return Optional.ofNullable(embedded)
                .map(server -> "postgresql://" + endpoint.user() + "@:" + endpoint.port() + "/" + endpoint.database()
                        + "?host=" + server.socketDirectory());
    }

    public boolean isEmbedded() {
        return embedded != null;
    }

    /** In auto-commit mode. */
    public Connection connect() throws SQLException {
        return new Connections(endpoint, "sluice bench").open();
    }

    public void execute(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** Where the WAL ends now. */
    public Position end() throws SQLException {
        return Position.boundary(Position.parseLsn(value("SELECT pg_current_wal_insert_lsn()")));
    }

    /** The first column of what a query returns, as text. */
    public List<String> values(String query) throws SQLException {
        List<String> values = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                values.add(row.getString(1));
            }
        }
        return values;
    }

    /** The one value that a query returns. */
    public String value(String query) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            if (!row.next()) {
                throw new SQLException("no row from " + query);
            }
            return row.getString(1);
        }
    }

    @Override
    public void close() {
        if (embedded != null) {
            embedded.close();
        }
    }
}
