package dev.sluice.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.bench.report.Environment;
import dev.sluice.bench.report.Report;
import dev.sluice.bench.report.ScenarioReport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFilesTest {
    private final Report report = new Report(
            Instant.EPOCH,
            "bin/sluice bench drain",
            new Environment("Linux", "a processor", 2, 8L << 30, "a JVM", "18.1", Map.of()),
            List.of(new ScenarioReport("drain", "how fast it is", Map.of(), List.of(), Map.of(), null)));

    private final Path directory;

    ReportFilesTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void thePageStandsBesideTheJsonAndTheNotesBesideTheMarkdown() throws Exception {
        Files.writeString(directory.resolve("performance-notes.md"), "## drain\nThe limit is the walsender.");
        Path json = directory.resolve("new/report.json");
        Path markdown = directory.resolve("performance.md");

        new ReportFiles(Optional.of(json), Optional.of(markdown)).write(report);

        assertThat(json).content().startsWith("{");
        assertThat(directory.resolve("new/report.html")).content().contains("The limit is the walsender.");
        assertThat(markdown).content().contains("performance-notes.md", "The limit is the walsender.");
    }

    @Test
    void thePageOfDocumentationWaitsForTheEndOfTheRun() throws Exception {
        Path json = directory.resolve("report.json");
        Path markdown = directory.resolve("performance.md");

        new ReportFiles(Optional.of(json), Optional.of(markdown)).writeSoFar(report);

        assertThat(json).exists();
        assertThat(markdown).doesNotExist();
    }

    @Test
    void aNameThatWouldBeOverwrittenByThePageIsRefused() {
        assertThatThrownBy(() -> new ReportFiles(Optional.of(Path.of("report.html")), Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("report.html does not end in .json");
    }
}
