package dev.sluice.engine.flow;

/** Which snapshot the rows of a copy come from. */
public enum CopyWay {
    /** The one that the stream begins with: the copy has what was committed before, the stream what came after. */
    FIRST,
    /**
     * One that was taken when the stream had begun, for what was missing then: tables and sinks that came later, and the
     * rest of a copy that was broken off. What it holds is left out of the stream.
     */
    LATER
}
