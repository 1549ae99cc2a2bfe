package dev.sluice.sink.nothing;

import dev.sluice.engine.config.Default;

/**
 * Keys of {@code type: null}.
 *
 * @param encode whether changes are still written as events before they are dropped
 */
public record NullConfig(@Default("none") Encode encode) {
    /** What is done with a change. */
    public enum Encode {
        /** It is counted. */
        NONE,
        /** It is written as a JSON event into a buffer in memory, and counted. */
        JSON
    }
}
