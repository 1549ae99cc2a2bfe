package dev.sluice.testkit.change;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Reads events in Debezium's shape back, with a reader that is not ours. */
public final class JsonEvents {
    private static final String UNAVAILABLE = "__debezium_unavailable_value";
    private static final Map<String, Operation> OPERATIONS = Map.of(
            "r", Operation.READ,
            "c", Operation.INSERT,
            "u", Operation.UPDATE,
            "d", Operation.DELETE,
            "t", Operation.TRUNCATE);

    private final ObjectMapper mapper = new ObjectMapper();

    /** @throws IllegalArgumentException when the text is not one JSON document of that shape */
    public RecordedChange read(String event) {
        try {
            JsonNode root = mapper.readTree(event);
            JsonNode source = root.get("source");
            return new RecordedChange(
                    Position.parse(source.get("position").asText()),
                    Objects.requireNonNull(OPERATIONS.get(root.get("op").asText())),
                    source.get("schema").asText(),
                    source.get("table").asText(),
                    row(root.get("before")),
                    row(root.get("after")));
        } catch (JsonProcessingException | NullPointerException e) {
            throw new IllegalArgumentException("not an event: " + event, e);
        }
    }

    public List<RecordedChange> readAll(List<String> events) {
        return events.stream().map(this::read).toList();
    }

    /** Numbers and booleans as their JSON text, arrays and objects as compact JSON. */
    private static Map<String, @Nullable String> row(JsonNode node) {
        Map<String, @Nullable String> row = new LinkedHashMap<>();
        node.properties().forEach(field -> {
            JsonNode value = field.getValue();
            String text = value.isContainerNode() ? value.toString() : value.asText();
            if (value.isNull()) {
                row.put(field.getKey(), null);
            } else if (!text.equals(UNAVAILABLE)) {
                row.put(field.getKey(), text);
            }
        });
        return row;
    }
}
