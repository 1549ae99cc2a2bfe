package dev.sluice.engine.source;

/** Which rows a pipeline reads: those that are there, those that change, or both. */
public enum CopyMode {
    /** All that are there, then the stream. */
    INITIAL,
    /** The stream alone: the sinks have what is there already, or do not want it. */
    NEVER,
    /** What is there, and nothing after it. */
    ONLY
}
