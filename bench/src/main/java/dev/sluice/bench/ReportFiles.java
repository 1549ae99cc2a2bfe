package dev.sluice.bench;

import dev.sluice.bench.report.HtmlReport;
import dev.sluice.bench.report.JsonReport;
import dev.sluice.bench.report.MarkdownReport;
import dev.sluice.bench.report.Notes;
import dev.sluice.bench.report.Report;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where reports go. What people have written about scenarios is read from beside the Markdown page: for
 * {@code performance.md} from {@code performance-notes.md}, if there is such a file.
 *
 * @param json its name ends in .json; the page beside it has the same name with .html
 */
record ReportFiles(Optional<Path> json, Optional<Path> markdown) {
    private static final String JSON = ".json";
    private static final String MARKDOWN = ".md";

    ReportFiles {
        json.ifPresent(file -> requireEnding(file, JSON));
        markdown.ifPresent(file -> requireEnding(file, MARKDOWN));
    }

    private static void requireEnding(Path file, String ending) {
        if (!file.getFileName().toString().endsWith(ending)) {
            throw new IllegalArgumentException(file + " does not end in " + ending);
        }
    }

    /** What a run that goes on has shown so far; the page of documentation waits until it is whole. */
    void writeSoFar(Report report) throws IOException {
        if (json.isPresent()) {
            write(json.get(), JsonReport.of(report).encodePrettily() + "\n");
            write(sibling(json.get(), JSON, ".html"), HtmlReport.of(report, notes()));
        }
    }

    void write(Report report) throws IOException {
        writeSoFar(report);
        if (markdown.isPresent()) {
            String notesFile = notesFile(markdown.get()).getFileName().toString();
            write(markdown.get(), MarkdownReport.of(report, notes(), notesFile));
        }
    }

    private Notes notes() throws IOException {
        Optional<Path> file = markdown.map(ReportFiles::notesFile).filter(Files::exists);
        return file.isPresent() ? Notes.parse(Files.readString(file.get())) : Notes.NONE;
    }

    private static Path notesFile(Path markdown) {
        return sibling(markdown, MARKDOWN, "-notes" + MARKDOWN);
    }

    private static Path sibling(Path file, String ending, String otherEnding) {
        String name = file.getFileName().toString();
        return file.resolveSibling(name.substring(0, name.length() - ending.length()) + otherEnding);
    }

    private static void write(Path file, String text) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        Files.writeString(file, text);
    }
}
