package dev.sluice.engine.flow;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What a lane is doing.
 *
 * <pre>
 * NEW       -> OPENING
 * OPENING   -> COPYING, STREAMING, RETRYING, DRAINING
 * COPYING   -> STREAMING, RETRYING, DRAINING, OPENING (the copy starts again)
 * STREAMING -> RETRYING, DRAINING, OPENING (more is to be copied)
 * RETRYING  -> OPENING, COPYING, STREAMING, DRAINING
 * DRAINING  -> RETRYING
 * any       -> STOPPED, FAILED
 * </pre>
 */
public enum LaneState {
    NEW,
    OPENING,
    COPYING,
    STREAMING,
    /** The sink failed; waiting to try again. */
    RETRYING,
    /** Writing what the journal still holds, then done. */
    DRAINING,
    STOPPED,
    FAILED;

    static final Map<LaneState, Set<LaneState>> MOVES = Map.of(
            NEW, EnumSet.of(OPENING, STOPPED, FAILED),
            OPENING, EnumSet.of(COPYING, STREAMING, RETRYING, DRAINING, STOPPED, FAILED),
            COPYING, EnumSet.of(STREAMING, RETRYING, DRAINING, OPENING, STOPPED, FAILED),
            STREAMING, EnumSet.of(RETRYING, DRAINING, OPENING, STOPPED, FAILED),
            RETRYING, EnumSet.of(OPENING, COPYING, STREAMING, DRAINING, STOPPED, FAILED),
            DRAINING, EnumSet.of(RETRYING, STOPPED, FAILED),
            STOPPED, EnumSet.noneOf(LaneState.class),
            FAILED, EnumSet.noneOf(LaneState.class));
}
