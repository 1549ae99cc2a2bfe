package dev.sluice.bench.child;

import dev.sluice.engine.change.Position;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Objects;

/** What a child process of ours is told to do, as one line of JSON. */
public sealed interface Job {
    /**
     * Runs the one pipeline of a configuration until all that it is to get is durable.
     *
     * @param config the configuration, as plain maps and values
     * @param start where it begins
     * @param end when it is done
     */
    record PipelineJob(Map<String, Object> config, Start start, End end) implements Job {}

    /**
     * Makes the target of a pipeline's sinks believe that everything up to where the slot stands has been copied; for sinks
     * that keep their own position. Their tables are still empty then.
     */
    record AdoptJob(Map<String, Object> config) implements Job {}

    /** Reads a slot with pgjdbc and throws away what comes: the least that anything in Java on top of pgjdbc can cost. */
    record DriverJob(String url, String slot, String publication, Position until) implements Job {}

    /** Where a pipeline begins. */
    enum Start {
        /** At the slot's position, as if the first copy had been made; its sinks keep no position of their own. */
        SLOT,
        /** At the position that its sinks have. */
        SINKS,
        /** With the first copy; the clock starts before the slot is made. */
        COPY
    }

    /** When a pipeline is done. */
    sealed interface End {
        /** Everything before a position is durable, and the source has been told so. */
        record At(Position until) implements End {}

        /**
         * So many changes are durable, {@code uncounted} of them before their latencies count. It is told when the first one
         * has come.
         */
        record After(long changes, long uncounted) implements End {}
    }

    /** For {@link ChildJvm#run}. */
    default JsonObject toJson() {
        if (this instanceof PipelineJob pipeline) {
            JsonObject json = new JsonObject()
                    .put("config", new JsonObject(pipeline.config()))
                    .put("start", pipeline.start().name());
            if (pipeline.end() instanceof End.At at) {
                return json.put("until", at.until().toString());
            }
            End.After after = (End.After) pipeline.end();
            return json.put("changes", after.changes()).put("uncounted", after.uncounted());
        }
        if (this instanceof AdoptJob adopt) {
            return new JsonObject().put("config", new JsonObject(adopt.config()));
        }
        DriverJob driver = (DriverJob) this;
        return new JsonObject()
                .put("url", driver.url())
                .put("slot", driver.slot())
                .put("publication", driver.publication())
                .put("until", driver.until().toString());
    }

    /** Reads what {@link #toJson} writes. */
    static Job of(JsonObject json) {
        JsonObject config = json.getJsonObject("config");
        if (config == null) {
            return new DriverJob(text(json, "url"), text(json, "slot"), text(json, "publication"), until(json));
        }
        String start = json.getString("start");
        return start == null
                ? new AdoptJob(config.getMap())
                : new PipelineJob(
                        config.getMap(),
                        Start.valueOf(start),
                        json.containsKey("until")
                                ? new End.At(until(json))
                                : new End.After(json.getLong("changes"), json.getLong("uncounted")));
    }

    private static Position until(JsonObject json) {
        return Position.parse(text(json, "until"));
    }

    private static String text(JsonObject json, String key) {
        return Objects.requireNonNull(json.getString(key), key);
    }
}
