package dev.sluice.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What the user sees: sentences, and below them one line that changes. Where there is no terminal, the line is written
 * anew each time it is shown. Safe for any thread.
 */
final class Screen {
    private static final String START_OF_CLEARED_LINE = "\r\u001b[K";

    private final PrintStream out;
    private final boolean terminal;
    private boolean live;

    Screen(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    static Screen standard() {
        return new Screen(System.out, isTerminal());
    }

    /** Asks the kernel, because {@code System.console()} means different things in different versions of Java. */
    private static boolean isTerminal() {
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/1")).toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException noSuchLink) {
            return false;
        }
    }

    /** Whether the line that changes stays in place. */
    boolean isLive() {
        return terminal;
    }

    synchronized void say(String text) {
        endLive();
        out.println(text);
        out.flush();
    }

    synchronized void live(String text) {
        if (terminal) {
            out.print(START_OF_CLEARED_LINE + text);
            live = true;
        } else {
            out.println(text);
        }
        out.flush();
    }

    /** Leaves the line as it is and goes on below it. */
    private void endLive() {
        if (live) {
            out.println();
            live = false;
        }
    }
}
