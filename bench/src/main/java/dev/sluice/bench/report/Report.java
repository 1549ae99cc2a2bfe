package dev.sluice.bench.report;

import java.time.Instant;
import java.util.List;

/**
 * One run of the benchmarks: one scenario, or all of them, on one machine.
 *
 * @param command what one types to have the same run again; without URLs, which may hold a password
 */
public record Report(Instant startedAt, String command, Environment environment, List<ScenarioReport> scenarios) {
    public Report {
        scenarios = List.copyOf(scenarios);
    }

    /** Whether Sluice did what it must do in every scenario, whatever its speed. */
    public boolean passed() {
        return scenarios.stream().allMatch(ScenarioReport::passed);
    }
}
