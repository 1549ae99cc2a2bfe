package dev.sluice.bench.report;

/** A report as a page of documentation. */
public final class MarkdownReport {
    private MarkdownReport() {}

    public static String of(Report report) {
        return String.join("\n", report.scenarios().get(0).lines());
    }
}
