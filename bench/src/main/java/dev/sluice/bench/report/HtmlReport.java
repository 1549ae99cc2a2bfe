package dev.sluice.bench.report;

/** A report as a page that needs nothing but a browser. */
public final class HtmlReport {
    private HtmlReport() {}

    public static String of(Report report) {
        return "<!doctype html><title>Sluice benchmarks</title><pre>"
                + JsonReport.of(report).encodePrettily();
    }
}
