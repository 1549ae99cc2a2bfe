package dev.sluice.testkit.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** See {@link PostgresTest}. */
public final class PostgresExtension implements ParameterResolver, AfterEachCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final int NAME_LENGTH = 39;

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == TestDatabase.class || type == PostgresServer.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == PostgresServer.class ? server(context) : database(context);
    }

    /** JUnit closes what lies in the root store when the last test class has run. */
    private static PostgresServer server(ExtensionContext context) {
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(PostgresExtension.class))
                .getOrComputeIfAbsent("server", key -> PostgresServer.start(Map.of()), PostgresServer.class);
    }

    private static TestDatabase database(ExtensionContext context) {
        return store(context)
                .getOrComputeIfAbsent("database", key -> create(context, databaseName(context)), TestDatabase.class);
    }

    private static TestDatabase create(ExtensionContext context, String name) {
        try {
            return new TestDatabase(server(context), name);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot create database " + name, e);
        }
    }

    /** The method's name, and a checksum that tells apart classes and rounds of a parameterized test. */
    private static String databaseName(ExtensionContext context) {
        String method = context.getRequiredTestMethod()
                .getName()
                .replaceAll("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9_]", "_");
        CRC32 checksum = new CRC32();
        checksum.update(context.getUniqueId().getBytes(StandardCharsets.UTF_8));
        return method.substring(0, Math.min(method.length(), NAME_LENGTH)) + "_"
                + Long.toHexString(checksum.getValue());
    }

    @Override
    public void afterEach(ExtensionContext context) throws SQLException {
        TestDatabase database = store(context).remove("database", TestDatabase.class);
        if (database == null) {
            return;
        }
        List<String> leaks = new ArrayList<>();
        for (TestDatabase each : database.withOthers()) {
            leaks.addAll(leaks(each));
            each.server().dropDatabase(each.name());
        }
        if (!leaks.isEmpty()) {
            throw new AssertionError("left behind:\n" + String.join("\n", leaks));
        }
    }

    /** A backend that was told to end, or whose client has gone, may need a moment to do so. */
    private static List<String> leaks(TestDatabase database) throws SQLException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            List<String> leaks = database.server().rows("postgres", """
                            SELECT format('%s (%s, %s): %s', backend_type, application_name, state, query)
                            FROM pg_stat_activity
                            WHERE datname = '$' AND backend_type IN ('client backend', 'walsender')
                            UNION ALL
                            SELECT format('slot %s in use by %s', slot_name, active_pid)
                            FROM pg_replication_slots WHERE database = '$' AND active
                            """.replace("$", database.name())).stream()
                    .map(row -> database.name() + ": " + row.get(0))
                    .toList();
            if (leaks.isEmpty() || System.nanoTime() > deadline) {
                return leaks;
            }
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    private static ExtensionContext.Store store(ExtensionContext context) {
        return context.getStore(ExtensionContext.Namespace.create(PostgresExtension.class, context.getUniqueId()));
    }
}
