package dev.sluice.bench.report;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** A report with everything in it, for machines, for later comparison, and for the page that draws it. */
public final class JsonReport {
    private JsonReport() {}

    public static JsonObject of(Report report) {
        return new JsonObject()
                .put("startedAt", report.startedAt().toString())
                .put("command", report.command())
                .put("passed", report.passed())
                .put("environment", report.environment().toJson())
                .put("scenarios", array(report.scenarios(), JsonReport::scenario));
    }

    private static JsonObject scenario(ScenarioReport scenario) {
        JsonObject json = new JsonObject()
                .put("name", scenario.scenario())
                .put("question", scenario.question())
                .put("passed", scenario.passed())
                .put("settings", object(scenario.settings()))
                .put("skipped", object(scenario.skipped()))
                .put("lines", new JsonArray(scenario.lines()))
                .put("comparisons", array(scenario.comparisons(), JsonReport::comparison));
        return scenario.failure() == null ? json : json.put("failure", scenario.failure());
    }

    private static JsonObject comparison(Comparison comparison) {
        return new JsonObject()
                .put("name", comparison.name())
                .put("unit", comparison.unit().symbol())
                .put("lessIsBetter", comparison.unit().lessIsBetter())
                .put("rows", comparison.rows())
                .put("peers", array(comparison.results(), result -> peer(comparison, result)));
    }

    private static JsonObject peer(Comparison comparison, PeerResult result) {
        JsonObject json = new JsonObject()
                .put("name", result.peer())
                .put("about", object(result.about()))
                .put("peakMemoryBytes", result.peakMemoryBytes());
        if (result.failed()) {
            json.put("failure", result.failure());
        } else {
            json.put("figure", spread(result.spread(comparison.unit())));
            json.put("medianRound", result.medianRound(comparison.unit()));
        }
        comparison.ratio(result).ifPresent(ratio -> json.put("ratio", ratio));
        return json.put("rounds", array(result.rounds(), JsonReport::round));
    }

    private static JsonObject spread(Spread spread) {
        return new JsonObject()
                .put("median", spread.median())
                .put("least", spread.least())
                .put("most", spread.most());
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

    private static <T> JsonArray array(List<T> values, Function<T, JsonObject> toJson) {
        return new JsonArray(values.stream().map(toJson).toList());
    }

    private static JsonObject object(Map<String, ?> values) {
        JsonObject object = new JsonObject();
        values.forEach(object::put);
        return object;
    }
}
