package dev.sluice.bench.report;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Where something was measured.
 *
 * @param processor its model, as the kernel calls it
 * @param postgresSettings those that are not the server's defaults. Of the free texts only what is loaded: in the others
 *     stand names and places, and in {@code primary_conninfo} a password, which have no business in a report
 */
public record Environment(
        String system,
        String processor,
        int processors,
        long memoryBytes,
        String java,
        String postgres,
        Map<String, String> postgresSettings) {
    private static final String SETTINGS = """
            SELECT name, current_setting(name) FROM pg_settings
            WHERE source IN ('configuration file', 'command line', 'environment variable')
              AND (vartype <> 'string' OR name = 'shared_preload_libraries') AND name <> 'port'
            """;

    /** This machine and the server at the other end. */
    public static Environment of(Connection connection) throws SQLException {
        Map<String, String> settings = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(SETTINGS)) {
            while (row.next()) {
                settings.put(row.getString(1), row.getString(2));
            }
        }
        return new Environment(
                property("os.name") + " " + property("os.version") + " " + property("os.arch"),
                processorModel(),
                Runtime.getRuntime().availableProcessors(),
                memory(),
                property("java.vm.name") + " " + property("java.vm.version"),
                connection.getMetaData().getDatabaseProductVersion(),
                settings);
    }

    private static String property(String name) {
        return System.getProperty(name, "?");
    }

    private static long memory() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : -1;
    }

    private static String processorModel() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse("?");
        } catch (IOException notLinux) {
            return "?";
        }
    }

    JsonObject toJson() {
        JsonObject settings = new JsonObject();
        postgresSettings.forEach(settings::put);
        return new JsonObject()
                .put("system", system)
                .put("processor", processor)
                .put("processors", processors)
                .put("memoryBytes", memoryBytes)
                .put("java", java)
                .put("postgres", postgres)
                .put("postgresSettings", settings);
    }
}
