package dev.sluice.bench.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What came of one scenario.
 *
 * @param settings what it was asked to do
 * @param skipped peers that could not take part, and why
 */
public record ScenarioReport(
        String scenario,
        String question,
        Map<String, Object> settings,
        List<Comparison> comparisons,
        Map<String, String> skipped) {
    public ScenarioReport {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        comparisons = List.copyOf(comparisons);
        skipped = Collections.unmodifiableMap(new LinkedHashMap<>(skipped));
    }

    /** The closing lines of all comparisons. */
    public List<String> lines() {
        return comparisons.stream()
                .flatMap(comparison -> ClosingLines.of(comparison).stream())
                .toList();
    }

    public boolean passed() {
        return comparisons.stream().allMatch(Comparison::passed);
    }
}
