package dev.sluice.sink.file;

import java.io.IOException;
import java.io.PrintStream;

/** The program's output. Durable means handed to the operating system. */
final class StandardOutput implements LineTarget {
    private final PrintStream out;

    StandardOutput(PrintStream out) {
        this.out = out;
    }

    @Override
    public void open() {
        // It is open as long as the program runs.
    }

    @Override
    public void append(byte[] bytes, int length) {
        out.write(bytes, 0, length);
    }

    /** A PrintStream keeps its errors to itself until it is asked. */
    @Override
    public void sync() throws IOException {
        if (out.checkError()) {
            throw new IOException("standard output is closed");
        }
    }

    @Override
    public void close() {
        out.flush();
    }
}
