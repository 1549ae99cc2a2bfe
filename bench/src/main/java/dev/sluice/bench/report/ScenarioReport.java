package dev.sluice.bench.report;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What came of one scenario.
 *
 * @param settings what it was asked to do
 * @param comparisons those that were made before it failed, if it did
 * @param skipped peers that could not take part, and why
 * @param failure what broke the scenario off, whoever's fault it was; null if nothing did
 */
public record ScenarioReport(
        String scenario,
        String question,
        Map<String, Object> settings,
        List<Comparison> comparisons,
        Map<String, String> skipped,
        @Nullable String failure) {
    public ScenarioReport {
        settings = Collections.unmodifiableMap(new LinkedHashMap<>(settings));
        comparisons = List.copyOf(comparisons);
        skipped = Collections.unmodifiableMap(new LinkedHashMap<>(skipped));
    }

    /** The closing lines of all comparisons, and one more if it failed. */
    public List<String> lines() {
        Stream<String> measured = comparisons.stream().flatMap(comparison -> ClosingLines.of(comparison).stream());
        Stream<String> failed = Stream.ofNullable(failure).map(reason -> scenario + ": failed: " + reason);
        return Stream.concat(measured, failed).toList();
    }

    public boolean passed() {
        return failure == null && comparisons.stream().allMatch(Comparison::passed);
    }
}
