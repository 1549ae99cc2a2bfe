package dev.sluice.bench;

import dev.sluice.bench.Scenario.Progress;
import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Environment;
import dev.sluice.bench.report.Report;
import dev.sluice.bench.report.ScenarioReport;
import dev.sluice.bench.report.TextTable;
import dev.sluice.bench.server.Shape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs scenarios one after another, each on servers of its own, and tells what comes of them. For one thread. */
final class Run {
    private final BenchSettings settings;
    private final Progress progress;
    private @Nullable Environment environment;

    Run(BenchSettings settings, Progress progress) {
        this.settings = settings;
        this.progress = progress;
    }

    /** @param scenarios at least one */
    Report of(List<Scenario> scenarios) throws Exception {
        Instant startedAt = Instant.now();
        List<ScenarioReport> reports = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            ScenarioReport report = run(scenario);
            reports.add(report);
            progress.say("");
            TextTable.of(report).forEach(progress::say);
            progress.say("");
            report.lines().forEach(progress::say);
        }
        if (reports.size() > 1) {
            progress.say("");
            reports.forEach(report -> report.lines().forEach(progress::say));
        }
        Environment measured = environment;
        if (measured == null) {
            throw new IllegalArgumentException("no scenario was given");
        }
        return new Report(startedAt, measured, reports);
    }

    private ScenarioReport run(Scenario scenario) throws Exception {
        progress.say(scenario.name() + ": " + scenario.question());
        List<Comparison> comparisons = new ArrayList<>();
        try (Bed bed = new Bed(scenario, settings, progress)) {
            environment = bed.environment();
            for (Shape shape : settings.shapes()) {
                comparisons.addAll(scenario.measure(bed, shape));
            }
            return new ScenarioReport(
                    scenario.name(), scenario.question(), described(scenario), comparisons, bed.skipped());
        }
    }

    private Map<String, Object> described(Scenario scenario) {
        Map<String, Object> described = new LinkedHashMap<>();
        long rows = settings.rows(scenario);
        for (Shape shape : settings.shapes()) {
            described.put("rows, " + shape.label(), shape.rows(rows));
        }
        described.put("rounds", settings.rounds().orElse(scenario.rounds()));
        described.put("warm-up of Java processes, seconds", settings.warmUp().toSeconds());
        described.put("source", settings.source().isPresent() ? "given" : "embedded");
        return described;
    }
}
