package dev.sluice.bench.report;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/** A report with everything in it, for machines, for later comparison, and for the page that draws it. */
public final class JsonReport {
    private JsonReport() {}

    public static JsonObject of(Report report) {
        return new JsonObject()
                .put("startedAt", report.startedAt().toString())
                .put("passed", report.passed())
                .put("environment", report.environment().toJson())
                .put(
                        "scenarios",
                        array(report.scenarios().stream()
                                .map(JsonReport::scenario)
                                .toList()));
    }

    private static JsonObject scenario(ScenarioReport scenario) {
        return new JsonObject()
                .put("name", scenario.scenario())
                .put("question", scenario.question())
                .put("passed", scenario.passed())
                .put("settings", object(scenario.settings()))
                .put("skipped", object(scenario.skipped()))
                .put("lines", new JsonArray(scenario.lines()))
                .put(
                        "comparisons",
                        array(scenario.comparisons().stream()
                                .map(JsonReport::comparison)
                                .toList()));
    }

    private static JsonObject comparison(Comparison comparison) {
        return new JsonObject()
                .put("name", comparison.name())
                .put("unit", comparison.unit().symbol())
                .put("rows", comparison.rows())
                .put(
                        "peers",
                        array(comparison.results().stream()
                                .map(result -> peer(result, comparison.unit()))
                                .toList()));
    }

    private static JsonObject peer(PeerResult result, Unit unit) {
        JsonObject json = new JsonObject().put("name", result.peer()).put("about", object(result.about()));
        if (result.failed()) {
            return json.put("failure", result.failure()).put("rounds", new JsonArray());
        }
        Spread spread = result.spread(unit);
        return json.put(
                        "figure",
                        new JsonObject()
                                .put("median", spread.median())
                                .put("least", spread.least())
                                .put("most", spread.most()))
                .put(
                        "rounds",
                        array(result.rounds().stream().map(JsonReport::round).toList()));
    }

    private static JsonObject round(Measurement round) {
        JsonArray samples = new JsonArray();
        round.samples()
                .forEach(sample -> samples.add(
                        new JsonArray().add(sample.millis()).add(sample.rows()).add(sample.residentBytes())));
        JsonObject json = new JsonObject()
                .put("rows", round.rows())
                .put("seconds", round.time().toNanos() / 1e9)
                .put("rowsPerSecond", Math.round(round.rowsPerSecond()))
                .put("details", object(round.details()))
                .put("samples", samples);
        Latencies latencies = round.latencies();
        return latencies == null ? json : json.put("latency", latencies.toJson());
    }

    private static JsonArray array(List<JsonObject> objects) {
        return new JsonArray(objects);
    }

    private static JsonObject object(Map<String, ?> values) {
        JsonObject object = new JsonObject();
        values.forEach(object::put);
        return object;
    }
}
