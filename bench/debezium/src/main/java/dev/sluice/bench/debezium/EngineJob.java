package dev.sluice.bench.debezium;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the engine is told to do: read a slot that is there until so many changes have come.
 *
 * @param password null where the server asks for none
 * @param rows how many changes to wait for, whatever their operation
 * @param latencyColumn the column, a bigint, with the writer's clock in microseconds since 1970 just before it sent the row;
 *     null where only the rate is wanted
 * @param warmUpRows how many changes come before the first whose latency counts
 * @param settings of Debezium, over those of {@link EngineSettings}
 */
record EngineJob(
        String host,
        int port,
        String user,
        @Nullable String password,
        String database,
        String slot,
        String publication,
        String schema,
        long rows,
        @Nullable String latencyColumn,
        long warmUpRows,
        Map<String, String> settings) {

    /** Fails with {@link IllegalArgumentException}; fields that it does not know, such as {@code until}, are for others. */
    static EngineJob decode(JsonNode json) {
        Map<String, String> settings = new LinkedHashMap<>();
        json.path("settings")
                .properties()
                .forEach(entry -> settings.put(entry.getKey(), entry.getValue().asText()));
        return new EngineJob(
                text(json, "host"),
                json.path("port").asInt(),
                text(json, "user"),
                json.path("password").asText(null),
                text(json, "database"),
                text(json, "slot"),
                text(json, "publication"),
                text(json, "schema"),
                json.path("rows").asLong(),
                json.path("latencyColumn").asText(null),
                json.path("warmUpRows").asLong(),
                settings);
    }

    private static String text(JsonNode json, String field) {
        JsonNode value = json.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException(field + " is not a text");
        }
        return value.asText();
    }

    /** What a driver says may quote what it was given. */
    String withoutPassword(String message) {
        return password == null || password.isEmpty() ? message : message.replace(password, "***");
    }

    /** Records print what they hold. */
    @Override
    public String toString() {
        return "slot " + slot + " of " + database + " at " + host + ":" + port;
    }
}
