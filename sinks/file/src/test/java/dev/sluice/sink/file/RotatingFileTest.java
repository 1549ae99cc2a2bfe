package dev.sluice.sink.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.config.DataSize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RotatingFileTest {
    private static final String EVENT = "{\"before\":null}\n";

    private final Path path;
    private final RotatingFile file;

    RotatingFileTest(@TempDir Path directory) {
        path = directory.resolve("events.jsonl");
        file = rotating(2);
    }

    @BeforeEach
    void noOtherFiles() throws IOException {
        Files.writeString(path.resolveSibling("events.jsonl.backup"), "not ours");
        Files.writeString(path.resolveSibling("other.jsonl.1"), "not ours");
    }

    @AfterEach
    void close() throws IOException {
        file.close();
        assertThat(path.resolveSibling("events.jsonl.backup")).hasContent("not ours");
        assertThat(path.resolveSibling("other.jsonl.1")).hasContent("not ours");
    }

    @Test
    void aFullFileIsPutAsideAndTheOldestAreDeleted() throws IOException {
        file.open();
        for (int i = 0; i < 5; i++) {
            append(file, EVENT.repeat(10));
            file.sync();
        }
        assertThat(path).hasContent(EVENT.repeat(10));
        assertThat(file.putAside())
                .containsExactly(path.resolveSibling("events.jsonl.3"), path.resolveSibling("events.jsonl.4"));
        assertThat(path.resolveSibling("events.jsonl.4")).hasContent(EVENT.repeat(10));
    }

    @Test
    void numbersGoOnAfterARestart() throws IOException {
        Files.writeString(path.resolveSibling("events.jsonl.9"), EVENT);
        Files.writeString(path.resolveSibling("events.jsonl.10"), EVENT);
        file.open();
        append(file, EVENT.repeat(10));
        append(file, EVENT);
        assertThat(file.putAside())
                .containsExactly(path.resolveSibling("events.jsonl.10"), path.resolveSibling("events.jsonl.11"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "{\"before\":", "{\"before\":null,\"after\":{\"id\":1"})
    void aTornLastLineIsCutOff(String torn) throws IOException {
        Files.writeString(path, EVENT.repeat(3) + torn);
        file.open();
        append(file, EVENT);
        assertThat(path).hasContent(EVENT.repeat(4));
    }

    @Test
    void aTornLineLongerThanABlockIsCutOff() throws IOException {
        Files.writeString(path, EVENT + "{\"before\":" + "x".repeat(200_000));
        file.open();
        assertThat(path).hasContent(EVENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"hello", "hello\n", "{\"before\":null}\nhello", "\n"})
    void aFileOfSomethingElseIsLeftAlone(String content) throws IOException {
        Files.writeString(path, content);
        assertThatThrownBy(file::open)
                .isInstanceOf(SyncException.class)
                .hasMessageContaining(path.toString())
                .extracting(error -> ((SyncException) error).kind())
                .isEqualTo(ErrorKind.SINK_MISFIT);
        assertThat(Files.readString(path)).isEqualTo(content);
    }

    @Test
    void twoWritersOfOneFileAreRefused() throws IOException {
        file.open();
        RotatingFile second = rotating(2);
        assertThatThrownBy(second::open)
                .isInstanceOf(SyncException.class)
                .extracting(error -> ((SyncException) error).kind())
                .isEqualTo(ErrorKind.FENCED);
        file.close();
        second.open();
        second.close();
    }

    @Test
    void openingAgainGoesOn() throws IOException {
        file.open();
        append(file, EVENT);
        file.open();
        append(file, EVENT);
        assertThat(path).hasContent(EVENT.repeat(2));
    }

    @Test
    void impossibleSettingsAreRefused() {
        assertThatThrownBy(() -> new FileConfig(path, new DataSize(0), 1, false))
                .hasMessageContaining("rotate");
        assertThatThrownBy(() -> new FileConfig(path, new DataSize(1), -1, false))
                .hasMessageContaining("keep");
    }

    private RotatingFile rotating(int keep) {
        return new RotatingFile(new FileConfig(path, new DataSize(100), keep, false));
    }

    private static void append(RotatingFile file, String lines) throws IOException {
        byte[] bytes = lines.getBytes(StandardCharsets.UTF_8);
        file.append(bytes, bytes.length);
    }
}
