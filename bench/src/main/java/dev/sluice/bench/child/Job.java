package dev.sluice.bench.child;

import dev.sluice.engine.change.Position;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Objects;

/** What a child process is told to do, as one line of JSON. */
public sealed interface Job {
    /** Everything before it has to be read, and be durable where it goes. */
    Position until();

    /**
     * Runs the one pipeline of a configuration.
     *
     * @param config the configuration, as plain maps and values
     * @param fromSlot whether to go on from where the slot is, as if the first copy had been made
     */
    record PipelineJob(Map<String, Object> config, boolean fromSlot, Position until) implements Job {}

    /** Reads a slot with pgjdbc and throws away what comes: the least that anything in Java on top of pgjdbc can cost. */
    record DriverJob(String url, String slot, String publication, Position until) implements Job {}

    /** In one line. */
    default String encode() {
        JsonObject json = new JsonObject().put("until", until().toString());
        if (this instanceof PipelineJob pipeline) {
            return json.put("config", new JsonObject(pipeline.config()))
                    .put("fromSlot", pipeline.fromSlot())
                    .encode();
        }
        DriverJob driver = (DriverJob) this;
        return json.put("url", driver.url())
                .put("slot", driver.slot())
                .put("publication", driver.publication())
                .encode();
    }

    /** Reads what {@link #encode} writes. */
    static Job decode(String line) {
        JsonObject json = new JsonObject(line);
        Position until = Position.parse(text(json, "until"));
        JsonObject config = json.getJsonObject("config");
        return config != null
                ? new PipelineJob(config.getMap(), json.getBoolean("fromSlot", false), until)
                : new DriverJob(text(json, "url"), text(json, "slot"), text(json, "publication"), until);
    }

    private static String text(JsonObject json, String key) {
        return Objects.requireNonNull(json.getString(key), key);
    }
}
