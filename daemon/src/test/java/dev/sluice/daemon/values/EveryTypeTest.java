package dev.sluice.daemon.values;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.daemon.cli.InProcess;
import dev.sluice.testkit.postgres.PostgresTest;
import dev.sluice.testkit.postgres.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.SoftAssertions;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Values of every type by the first copy, by inserts, updates and deletes, in tables with a key and in tables without one:
 * slot, PostgreSQL sink, verify; and as events. The server is the oracle of both.
 */
@PostgresTest
class EveryTypeTest {
    /** Of the rows that come while it runs. */
    private static final int STREAMED = 1000;

    private final ObjectMapper json = new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private final InProcess sluice = new InProcess();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"slot", "changelog"})
    void valuesOfEveryTypeArriveUnchanged(String capture, TestDatabase source) throws Exception {
        TestDatabase target = source.another("target");
        target.execute(TypeCases.PREPARATION.toArray(String[]::new));
        source.execute(TypeCases.PREPARATION.toArray(String[]::new));
        source.execute(TypeCases.TYPES.toArray(String[]::new));
        Map<String, TypeCase> tables = tables(source);
        for (Map.Entry<String, TypeCase> table : tables.entrySet()) {
            create(source, table.getKey(), table.getValue());
        }
        Path events = directory.resolve("events.jsonl");
        Path file = directory.resolve("sluice.yaml");
        Files.writeString(
                file, """
                state: ./state
                pipelines:
                  types:
                    source: { type: postgres, capture: %s, url: "%s", slot: %s, publication: %s, tables: ["public.*"] }
                    sinks:
                      replica: { type: postgres, url: "%s" }
                      events: { type: file, path: "%s" }
                """.formatted(capture, source.url(), source.name(), source.name(), target.url(), events));

        sluice.catchUp(file);
        for (Map.Entry<String, TypeCase> table : tables.entrySet()) {
            change(source, table.getKey(), table.getValue());
        }
        sluice.catchUp(file);

        sluice.verify(file);
        assertThat(sluice.out()).contains("in step: " + tables.size() + " tables");
        SoftAssertions softly = new SoftAssertions();
        Map<String, Map<Integer, List<@Nullable String>>> found = rows(events, tables);
        for (Map.Entry<String, TypeCase> table : tables.entrySet()) {
            softly.assertThat(found.get(table.getKey()))
                    .as("events of " + table.getValue().type())
                    .isEqualTo(expected(source, table.getKey(), table.getValue()));
        }
        softly.assertAll();
    }

    /** Table names to what is in them: one with a key and one without for each type that this server has. */
    private static Map<String, TypeCase> tables(TestDatabase source) throws SQLException {
        int version = source.version();
        List<TypeCase> cases = Stream.concat(TypeCases.ALL.stream(), TypeCases.ARRAYS.stream())
                .filter(each -> each.since() <= version)
                .toList();
        Map<String, TypeCase> tables = new TreeMap<>();
        for (int i = 0; i < cases.size(); i++) {
            tables.put("keyed_" + i, cases.get(i));
            tables.put("keyless_" + i, cases.get(i));
        }
        return tables;
    }

    private static void create(TestDatabase source, String table, TypeCase type) throws SQLException {
        boolean keyed = table.startsWith("keyed");
        source.execute(
                type.createTable(table, keyed ? "PRIMARY KEY" : "NOT NULL"),
                "ALTER TABLE " + table + " REPLICA IDENTITY " + (keyed ? "DEFAULT" : "FULL"),
                type.insert(table, 0));
    }

    private static void change(TestDatabase source, String table, TypeCase type) throws SQLException {
        List<String> statements = new ArrayList<>();
        statements.add(type.insert(table, STREAMED));
        statements.addAll(type.updates(table, 0));
        statements.add("DELETE FROM " + table + " WHERE id IN (1, " + STREAMED + ")");
        source.execute(statements.toArray(String[]::new));
    }

    /** The last state of each row, by table and id, of what the events say. */
    private Map<String, Map<Integer, List<@Nullable String>>> rows(Path events, Map<String, TypeCase> types)
            throws IOException {
        Map<String, Map<Integer, List<@Nullable String>>> tables = new TreeMap<>();
        for (String line : Files.readAllLines(events)) {
            JsonNode event = json.readTree(line);
            String table = event.at("/source/table").asText();
            Map<Integer, List<@Nullable String>> rows = tables.computeIfAbsent(table, any -> new TreeMap<>());
            JsonNode after = event.get("after");
            if (after.isNull()) {
                rows.remove(event.at("/before/id").intValue());
                continue;
            }
            List<@Nullable String> values = new ArrayList<>();
            after.properties().stream()
                    .skip(1)
                    .limit(Objects.requireNonNull(types.get(table)).comparedColumns())
                    .forEach(value -> values.add(canonical(value.getValue())));
            rows.put(after.get("id").intValue(), values);
        }
        return tables;
    }

    private Map<Integer, List<@Nullable String>> expected(TestDatabase source, String table, TypeCase type)
            throws SQLException, IOException {
        Map<Integer, List<@Nullable String>> rows = new TreeMap<>();
        for (List<@Nullable String> row : source.rows(type.expected(table))) {
            List<@Nullable String> values = new ArrayList<>();
            for (String value : row.subList(1, row.size())) {
                values.add(value == null ? null : canonical(json.readTree(value)));
            }
            rows.put(Integer.valueOf(Objects.requireNonNull(row.get(0))), values);
        }
        return rows;
    }

    /** Numbers without the way they are written; NULL as null. */
    private static @Nullable String canonical(JsonNode node) {
        if (node.isNull()) {
            return null;
        }
        if (node.isArray()) {
            StringBuilder elements = new StringBuilder("[");
            node.forEach(element -> elements.append(canonical(element)).append("; "));
            return elements.append(']').toString();
        }
        return node.isNumber()
                ? node.decimalValue().stripTrailingZeros().toString()
                : node.getNodeType() + " " + node.asText();
    }
}
