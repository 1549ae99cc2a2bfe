package dev.sluice.daemon.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TerminalTest {
    private static final String CLEAR = "\r\u001B[K";

    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();
    private final PrintStream stream = new PrintStream(shown, true, StandardCharsets.UTF_8);

    @Test
    void theLiveLineStaysBelowTheLog() throws IOException {
        Terminal terminal = new Terminal(stream, true);

        terminal.live("10 %");
        terminal.live("10 %");
        terminal.logStream().write("a log line\n".getBytes(StandardCharsets.UTF_8));
        terminal.live("20 %");
        terminal.live("");
        terminal.logStream().write("the end\n".getBytes(StandardCharsets.UTF_8));

        assertThat(shown())
                .isEqualTo(CLEAR + "10 %" + CLEAR + "a log line\n10 %" + CLEAR + "20 %" + CLEAR + "the end\n");
    }

    @Test
    void nobodyWatchingMeansNoLiveLineAndNoControlCharacters() throws IOException {
        Terminal terminal = new Terminal(stream, false);

        terminal.live("10 %");
        terminal.logStream().write("a log line\n".getBytes(StandardCharsets.UTF_8));

        assertThat(shown()).isEqualTo("a log line\n");
    }

    private String shown() {
        return shown.toString(StandardCharsets.UTF_8);
    }
}
