package dev.sluice.bench.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** A scenario's figures as a table for a terminal. */
public final class TextTable {
    private static final List<String> HEAD = List.of("", "peer", "median", "least", "most", "unit", "memory");

    private TextTable() {}

    /** The lines of the table, of equal width. */
    public static List<String> of(ScenarioReport report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(HEAD);
        for (Comparison comparison : report.comparisons()) {
            String name = comparison.name();
            for (PeerResult result : comparison.results()) {
                rows.add(row(name, comparison.unit(), result));
                name = "";
            }
        }
        int[] widths = IntStream.range(0, HEAD.size())
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static List<String> row(String name, Unit unit, PeerResult result) {
        if (result.failed()) {
            return List.of(name, result.peer(), "failed", "", "", "", "");
        }
        Spread spread = result.spread(unit);
        long memory = result.peakMemoryBytes();
        return List.of(
                name,
                result.peer(),
                unit.format(spread.median()),
                unit.format(spread.least()),
                unit.format(spread.most()),
                unit.symbol(),
                memory < 0 ? "" : String.format(Locale.ROOT, "%.0f MB", memory / 1e6));
    }

    /** Text to the left, figures to the right. */
    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            boolean left = column < 2 || column == 5;
            String format = "%" + (left ? "-" : "") + Math.max(1, widths[column]) + "s";
            line.append(column == 0 ? "" : "  ").append(String.format(Locale.ROOT, format, row.get(column)));
        }
        return line.toString().stripTrailing();
    }
}
