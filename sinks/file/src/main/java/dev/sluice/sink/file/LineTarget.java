package dev.sluice.sink.file;

import java.io.IOException;

/** Where lines go. Called by one thread at a time, which it may block. */
interface LineTarget {
    /** Makes ready for {@link #append}; lets go of what an earlier open left. */
    void open() throws IOException;

    /** Takes whole lines. */
    void append(byte[] bytes, int length) throws IOException;

    /** What was appended is durable when this returns, as far as that target goes. */
    void sync() throws IOException;

    /** May be called more than once, and unopened. */
    void close() throws IOException;
}
