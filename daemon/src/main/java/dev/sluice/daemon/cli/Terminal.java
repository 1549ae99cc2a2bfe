package dev.sluice.daemon.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Standard error as lines that stay and, on a terminal, one line below them that is rewritten in place. Any thread.
 */
public final class Terminal {
    private static final int WIDTH = 100;
    private static final String CLEAR = "\r\u001B[K";

    private final PrintStream stream;
    private final boolean interactive;
    private String live = "";

    /** @param interactive whether a person is watching */
    public Terminal(PrintStream stream, boolean interactive) {
        this.stream = stream;
        this.interactive = interactive;
    }

    /** This process's standard error. */
    public static Terminal ofProcess() {
        return new Terminal(System.err, isTerminal(2));
    }

    /**
     * Java 17 can only tell whether standard input and output are both a terminal. The launcher says it of each
     * descriptor; without it Linux does, and elsewhere we take it that nobody watches.
     */
    static boolean isTerminal(int descriptor) {
        String known = System.getProperty("sluice.terminals");
        if (known != null) {
            return known.contains(Integer.toString(descriptor));
        }
        try {
            String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor))
                    .toString();
            return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty") || target.equals("/dev/console");
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }

    public boolean isInteractive() {
        return interactive;
    }

    /** Shows this as the live line; empty removes it. Does nothing where nobody watches. */
    public synchronized void live(String line) {
        if (!interactive || line.equals(live)) {
            return;
        }
        live = line.length() <= WIDTH ? line : line.substring(0, WIDTH - 3) + "...";
        stream.print(CLEAR + live);
        stream.flush();
    }

    /** For log events, each written with one call; keeps the live line below them. */
    public OutputStream logStream() {
        return new OutputStream() {
            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int offset, int length) {
                above(bytes, offset, length);
            }

            @Override
            public void flush() {
                stream.flush();
            }
        };
    }

    private synchronized void above(byte[] bytes, int offset, int length) {
        if (!live.isEmpty()) {
            stream.print(CLEAR);
        }
        stream.write(bytes, offset, length);
        if (!live.isEmpty()) {
            stream.write(live.getBytes(StandardCharsets.UTF_8), 0, live.getBytes(StandardCharsets.UTF_8).length);
        }
        stream.flush();
    }
}
