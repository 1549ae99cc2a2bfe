package dev.sluice.bench;

import dev.sluice.bench.report.HtmlReport;
import dev.sluice.bench.report.JsonReport;
import dev.sluice.bench.report.MarkdownReport;
import dev.sluice.bench.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where reports go.
 *
 * @param json and the page beside it, whose name ends in .html
 */
record ReportFiles(Optional<Path> json, Optional<Path> markdown) {
    void write(Report report) throws IOException {
        if (json.isPresent()) {
            write(json.get(), JsonReport.of(report).encodePrettily() + "\n");
            write(page(json.get()), HtmlReport.of(report));
        }
        if (markdown.isPresent()) {
            write(markdown.get(), MarkdownReport.of(report));
        }
    }

    private static Path page(Path json) {
        String name = json.getFileName().toString();
        String stem = name.endsWith(".json") ? name.substring(0, name.length() - ".json".length()) : name;
        return json.resolveSibling(stem + ".html");
    }

    private static void write(Path file, String text) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(file, text);
    }
}
