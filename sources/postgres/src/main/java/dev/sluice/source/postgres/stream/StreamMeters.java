package dev.sluice.source.postgres.stream;

/** What is counted while reading. Called by the reading thread, a few times for each batch. */
public interface StreamMeters {
    /** So many more bytes came in, just now. */
    void received(long bytes);

    /** So many more changes were handed on. */
    void changes(long count);
}
