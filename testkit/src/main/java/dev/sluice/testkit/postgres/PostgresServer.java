package dev.sluice.testkit.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A real PostgreSQL server in a directory of its own, on loopback and a Unix socket, superuser {@code postgres}, everybody
 * trusted until {@link #hba} says otherwise. It is gone, data and all, when it is closed or this Java process ends.
 * Methods may be called from any thread, those that start or stop it one at a time.
 */
public final class PostgresServer implements AutoCloseable {
    private static final String SUPERUSER = "postgres";
    private static final int START_ATTEMPTS = 5;

    private final Cluster cluster;
    private final Map<String, String> settings;
    private int port;

    private PostgresServer(Cluster cluster, Map<String, String> settings) {
        this.cluster = cluster;
        this.settings = settings;
    }

    /** With {@link PostgresBinaries#chosen}. */
    public static PostgresServer start(Map<String, String> settings) {
        return start(PostgresBinaries.chosen(), settings);
    }

    /**
     * Makes a data directory, starts a server in it, and returns when it takes connections.
     *
     * @param settings for {@code postgresql.conf}, over defaults that allow logical replication and do not fsync
     */
    public static PostgresServer start(PostgresBinaries binaries, Map<String, String> settings) {
        try {
            Cluster cluster = new Cluster(binaries);
            PostgresServer server = new PostgresServer(cluster, withDefaults(cluster, settings));
            try {
                cluster.initialize();
                server.startOnFreePort();
                return server;
            } catch (IOException | RuntimeException e) {
                server.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> withDefaults(Cluster cluster, Map<String, String> settings) {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("listen_addresses", "127.0.0.1");
        all.put("unix_socket_directories", cluster.socketDirectory().toString());
        all.put("wal_level", "logical");
        all.put("max_wal_senders", "20");
        all.put("max_replication_slots", "20");
        all.put("max_connections", "100");
        all.put("fsync", "off");
        all.put("timezone", "UTC");
        all.putAll(settings);
        return all;
    }

    /** Another process may take the port between finding it and listening on it. */
    private void startOnFreePort() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = free.getLocalPort();
            }
            settings.put("port", Integer.toString(port));
            try {
                cluster.start(settings);
                return;
            } catch (IOException e) {
                if (attempt == START_ATTEMPTS || !String.valueOf(e.getMessage()).contains("Address already in use")) {
                    throw e;
                }
            }
        }
    }

    public int port() {
        return port;
    }

    /** Where its Unix socket is; a host that begins with a slash means this to PostgreSQL's clients. */
    public Path socketDirectory() {
        return cluster.socketDirectory();
    }

    /** {@code postgresql://user@127.0.0.1:port/database}. */
    public String url(String user, String database) {
        return "postgresql://" + user + "@127.0.0.1:" + port + "/" + database;
    }

    public String url(String database) {
        return url(SUPERUSER, database);
    }

    /** A connection in auto-commit mode, over TCP. */
    public Connection connect(String user, String database) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + database, user, null);
    }

    /** As superuser. */
    public Connection connect(String database) throws SQLException {
        return connect(SUPERUSER, database);
    }

    /** Runs statements as superuser, each in a transaction of its own. */
    public void execute(String database, String... statements) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The rows of a query, each value in its text form. */
    public List<List<@Nullable String>> rows(String database, String query) throws SQLException {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            int columns = result.getMetaData().getColumnCount();
            List<List<@Nullable String>> rows = new ArrayList<>();
            while (result.next()) {
                List<@Nullable String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(result.getString(i));
                }
                rows.add(row);
            }
            return rows;
        }
    }

    public void createDatabase(String name) throws SQLException {
        execute(SUPERUSER, "CREATE DATABASE " + quoted(name));
    }

    /** Drops the database, whoever is connected, and its replication slots with it. */
    public void dropDatabase(String name) throws SQLException {
        String slotsOf = "FROM pg_replication_slots WHERE database = '" + name.replace("'", "''") + "'";
        execute(
                SUPERUSER,
                "SELECT pg_terminate_backend(active_pid, 10000) " + slotsOf + " AND active",
                "SELECT pg_drop_replication_slot(slot_name) " + slotsOf,
                "DROP DATABASE IF EXISTS " + quoted(name) + " WITH (FORCE)");
    }

    /**
     * Replaces {@code pg_hba.conf} and reloads it; {@code postgres} stays trusted.
     *
     * @param lines such as {@code host all app 127.0.0.1/32 scram-sha-256}
     */
    public void hba(String... lines) throws SQLException {
        String trusted = "local all postgres trust\nhost all,replication postgres 127.0.0.1/32 trust\n";
        String before = loadTime();
        try {
            cluster.write("pg_hba.conf", trusted + String.join("\n", lines) + "\n");
            cluster.pgCtl("reload");
            while (loadTime().equals(before)) {
                Thread.onSpinWait(); // each round is a connection, so this is no busy loop
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String loadTime() throws SQLException {
        return String.valueOf(
                rows(SUPERUSER, "SELECT pg_conf_load_time()").get(0).get(0));
    }

    /** Ends connections and stops in good order; waits until it has. Replication clients get all that is left to send. */
    public void stop() {
        control("stop", "-m", "fast", "-w");
    }

    /** Stops as if it had crashed: the next start recovers from the WAL. */
    public void kill() {
        control("stop", "-m", "immediate", "-w");
    }

    /** Starts again after {@link #stop} or {@link #kill}: same port, same data. */
    public void startAgain() {
        try {
            cluster.start(settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@link #stop} and {@link #startAgain}. */
    public void restart() {
        stop();
        startAgain();
    }

    /** What the server has logged so far. */
    public String log() {
        try {
            return Files.readString(cluster.serverLog());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Stops the server at once and removes all of it. May be called more than once. */
    @Override
    public void close() {
        try {
            if (cluster.isRunning()) {
                kill();
            }
            cluster.delete();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void control(String verb, String... options) {
        try {
            cluster.pgCtl(verb, options);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String quoted(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
