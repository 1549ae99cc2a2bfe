package dev.sluice.bench.report;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One run of one scenario.
 *
 * @param settings what it was asked to do
 * @param skipped peers that could not take part, and why
 * @param summary the closing lines
 * @param passed whether the scenario did what it must do, whatever its speed
 */
public record Report(
        String scenario,
        Instant startedAt,
        Environment environment,
        Map<String, Object> settings,
        List<PeerResult> results,
        Map<String, String> skipped,
        List<String> summary,
        boolean passed) {

    /** Everything, for machines and for later comparison. */
    public String toJson() {
        JsonArray peers = new JsonArray();
        results.forEach(result -> peers.add(peer(result)));
        JsonArray lines = new JsonArray();
        summary.forEach(lines::add);
        return new JsonObject()
                .put("scenario", scenario)
                .put("startedAt", startedAt.toString())
                .put("passed", passed)
                .put("environment", environment.toJson())
                .put("settings", object(settings))
                .put("peers", peers)
                .put("skipped", object(skipped))
                .put("summary", lines)
                .encodePrettily();
    }

    private static JsonObject peer(PeerResult result) {
        Spread spread = result.rowsPerSecond();
        JsonArray rounds = new JsonArray();
        for (Measurement round : result.rounds()) {
            rounds.add(new JsonObject()
                    .put("rows", round.rows())
                    .put("seconds", round.time().toNanos() / 1e9)
                    .put("rowsPerSecond", Math.round(round.rowsPerSecond()))
                    .put("details", object(round.details())));
        }
        return new JsonObject()
                .put("name", result.peer())
                .put(
                        "rowsPerSecond",
                        new JsonObject()
                                .put("median", Math.round(spread.median()))
                                .put("least", Math.round(spread.least()))
                                .put("most", Math.round(spread.most())))
                .put("rounds", rounds);
    }

    private static JsonObject object(Map<String, ?> values) {
        JsonObject object = new JsonObject();
        values.forEach(object::put);
        return object;
    }
}
