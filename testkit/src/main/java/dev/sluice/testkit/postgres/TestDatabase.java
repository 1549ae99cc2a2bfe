package dev.sluice.testkit.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The database of one test. Any thread. */
public final class TestDatabase {
    private final PostgresServer server;
    private final String name;
    private final List<TestDatabase> others = new ArrayList<>();

    TestDatabase(PostgresServer server, String name) throws SQLException {
        this.server = server;
        this.name = name;
        server.createDatabase(name);
    }

    public PostgresServer server() {
        return server;
    }

    /** Lower-case letters, digits and underscores; at most 48, so that slot names can be made from it. */
    public String name() {
        return name;
    }

    public String url() {
        return server.url(name);
    }

    /** One more database for the same test, such as a target. */
    public synchronized TestDatabase another(String suffix) throws SQLException {
        TestDatabase other = new TestDatabase(server, name + "_" + suffix);
        others.add(other);
        return other;
    }

    public Connection connect() throws SQLException {
        return server.connect(name);
    }

    public void execute(String... statements) throws SQLException {
        server.execute(name, statements);
    }

    public List<List<@Nullable String>> rows(String query) throws SQLException {
        return server.rows(name, query);
    }

    /** The one value that a query returns, in its text form. */
    public @Nullable String value(String query) throws SQLException {
        return rows(query).get(0).get(0);
    }

    /** The server's major version, such as 17. */
    public int version() throws SQLException {
        return Integer.parseInt(Objects.requireNonNull(value("SHOW server_version_num"))) / 10_000;
    }

    synchronized List<TestDatabase> withOthers() {
        List<TestDatabase> all = new ArrayList<>(others);
        all.add(this);
        return all;
    }
}
