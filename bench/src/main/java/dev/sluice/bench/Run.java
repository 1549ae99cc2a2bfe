package dev.sluice.bench;

import dev.sluice.bench.Scenario.Progress;
import dev.sluice.bench.report.Comparison;
import dev.sluice.bench.report.Environment;
import dev.sluice.bench.report.Report;
import dev.sluice.bench.report.ScenarioReport;
import dev.sluice.bench.report.TextTable;
import dev.sluice.bench.server.Shape;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs scenarios one after another, each on servers of its own, and tells what comes of them. For one thread. */
final class Run {
    private static final Logger LOG = LoggerFactory.getLogger(Run.class);

    private final BenchSettings settings;
    private final String command;
    private final Progress progress;
    private @Nullable Environment environment;

    /** @param command what one types to have the same run again, for the report */
    Run(BenchSettings settings, String command, Progress progress) {
        this.settings = settings;
        this.command = command;
        this.progress = progress;
    }

    /**
     * @param scenarios at least one
     * @param soFar is given what there is after each of them: a run of all takes long, and may be broken off
     */
    Report of(List<Scenario> scenarios, ReportWriter soFar) throws Exception {
        Instant startedAt = Instant.now();
        List<ScenarioReport> reports = new ArrayList<>();
        for (Scenario scenario : scenarios) {
            ScenarioReport report = run(scenario);
            reports.add(report);
            progress.say("");
            TextTable.of(report).forEach(progress::say);
            progress.say("");
            report.lines().forEach(progress::say);
            soFar.write(report(startedAt, reports));
        }
        if (reports.size() > 1) {
            progress.say("");
            reports.forEach(report -> report.lines().forEach(progress::say));
        }
        return report(startedAt, reports);
    }

    private Report report(Instant startedAt, List<ScenarioReport> reports) {
        return new Report(startedAt, command, Objects.requireNonNull(environment, "no scenario was given"), reports);
    }

    /** Where reports go. */
    @FunctionalInterface
    interface ReportWriter {
        void write(Report report) throws IOException;
    }

    /** A scenario that breaks off does not take along what the others have shown, perhaps for an hour. */
    private ScenarioReport run(Scenario scenario) throws Exception {
        progress.say(scenario.name() + ": " + scenario.question());
        List<Comparison> comparisons = new ArrayList<>();
        Map<String, String> skipped = Map.of();
        @Nullable String failure = null;
        try (Bed bed = new Bed(scenario, settings, progress)) {
            environment = bed.environment();
            skipped = bed.skipped();
            for (Shape shape : settings.shapes()) {
                comparisons.addAll(scenario.measure(bed, shape));
            }
        } catch (InterruptedException stopped) {
            throw stopped;
        } catch (Exception error) {
            if (environment == null) {
                throw error; // nothing at all could be looked at, so there is nothing to report
            }
            LOG.warn("{} broke off", scenario.name(), error);
            failure = Rounds.reason(error);
        }
        return new ScenarioReport(
                scenario.name(), scenario.question(), described(scenario), comparisons, skipped, failure);
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
