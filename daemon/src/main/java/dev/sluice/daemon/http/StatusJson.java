package dev.sluice.daemon.http;

import dev.sluice.engine.flow.CopyStatus;
import dev.sluice.engine.flow.LaneState;
import dev.sluice.engine.flow.LaneStatus;
import dev.sluice.engine.flow.PipelineStatus;
import dev.sluice.engine.flow.TableProgress;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Pipelines as JSON. Stateless; any thread. */
final class StatusJson {
    private StatusJson() {}

    /** Whether each is ready, and why not. */
    static JsonObject readiness(List<PipelineStatus> pipelines) {
        JsonObject byName = new JsonObject();
        for (PipelineStatus pipeline : pipelines) {
            JsonObject sinks = new JsonObject();
            pipeline.lanes().forEach(lane -> sinks.put(lane.sink(), readiness(lane)));
            byName.put(
                    pipeline.name(),
                    withReason(
                            new JsonObject()
                                    .put("ready", pipeline.isReady())
                                    .put("state", word(pipeline.state()))
                                    .put("sinks", sinks),
                            pipeline.reason()));
        }
        return new JsonObject()
                .put("ready", !pipelines.isEmpty() && pipelines.stream().allMatch(PipelineStatus::isReady))
                .put("pipelines", byName);
    }

    private static JsonObject readiness(LaneStatus lane) {
        return withReason(
                new JsonObject()
                        .put("ready", lane.state() == LaneState.STREAMING)
                        .put("state", word(lane.state())),
                lane.reason());
    }

    /** All there is to know. */
    static JsonObject status(List<PipelineStatus> pipelines) {
        JsonArray all = new JsonArray();
        pipelines.forEach(pipeline -> all.add(pipeline(pipeline)));
        return new JsonObject().put("pipelines", all);
    }

    private static JsonObject pipeline(PipelineStatus pipeline) {
        JsonArray lanes = new JsonArray();
        pipeline.lanes().forEach(lane -> lanes.add(lane(lane)));
        JsonObject json = new JsonObject()
                .put("name", pipeline.name())
                .put("state", word(pipeline.state()))
                .put("ready", pipeline.isReady())
                .put("read", pipeline.read().toString())
                .put("confirmed", pipeline.confirmed().toString())
                .put("bufferedBytes", pipeline.bufferedBytes())
                .put("sinks", lanes);
        return withReason(json, pipeline.reason());
    }

    private static JsonObject lane(LaneStatus lane) {
        JsonObject json = new JsonObject()
                .put("name", lane.sink())
                .put("state", word(lane.state()))
                .put("durable", lane.durable().toString())
                .put("lagSeconds", lane.lag().toMillis() / 1000.0)
                .put("changes", lane.changes())
                .put("bytes", lane.bytes())
                .put("retries", lane.retries())
                .put("copy", copy(lane.copy()));
        return withReason(json, lane.reason());
    }

    private static JsonObject copy(CopyStatus copy) {
        JsonArray tables = new JsonArray();
        copy.tables().forEach(table -> tables.add(table(table)));
        JsonObject json = new JsonObject()
                .put("way", word(copy.way()))
                .put("percent", copy.percent())
                .put("rowsPerSecond", copy.rowsPerSecond());
        copy.left().ifPresent(left -> json.put("secondsLeft", left.toSeconds()));
        return json.put("tables", tables);
    }

    private static JsonObject table(TableProgress table) {
        JsonObject json = new JsonObject()
                .put("table", table.table())
                .put("rows", table.rows())
                .put("bytes", table.bytes())
                .put("estimatedRows", table.estimatedRows())
                .put("percent", table.percent())
                .put("rowsPerSecond", table.rowsPerSecond())
                .put("finished", table.finished());
        table.left().ifPresent(left -> json.put("secondsLeft", left.toSeconds()));
        return json;
    }

    private static JsonObject withReason(JsonObject json, @Nullable String reason) {
        return reason == null ? json : json.put("reason", reason);
    }

    private static String word(Enum<?> state) {
        return state.name().toLowerCase(Locale.ROOT);
    }
}
