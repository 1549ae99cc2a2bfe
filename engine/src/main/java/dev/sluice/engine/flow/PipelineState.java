package dev.sluice.engine.flow;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * What a pipeline is doing.
 *
 * <pre>
 * NEW          -> CONNECTING
 * CONNECTING   -> COPYING, STREAMING
 * COPYING      -> STREAMING, CONNECTING (the snapshot was lost, the copy starts again)
 * STREAMING    -> RECONNECTING, DRAINING, CONNECTING (more is to be copied)
 * RECONNECTING -> STREAMING, DRAINING, CONNECTING
 * any          -> STOPPED, FAILED
 * </pre>
 */
public enum PipelineState {
    NEW,
    CONNECTING,
    COPYING,
    STREAMING,
    /** The source went away; waiting to try again. */
    RECONNECTING,
    /** Nothing is read any more; lanes write what the journal holds. */
    DRAINING,
    STOPPED,
    FAILED;

    static final Map<PipelineState, Set<PipelineState>> MOVES = Map.of(
            NEW, EnumSet.of(CONNECTING, STOPPED, FAILED),
            CONNECTING, EnumSet.of(COPYING, STREAMING, STOPPED, FAILED),
            COPYING, EnumSet.of(STREAMING, CONNECTING, STOPPED, FAILED),
            STREAMING, EnumSet.of(RECONNECTING, DRAINING, CONNECTING, STOPPED, FAILED),
            RECONNECTING, EnumSet.of(STREAMING, DRAINING, CONNECTING, STOPPED, FAILED),
            DRAINING, EnumSet.of(STOPPED, FAILED),
            STOPPED, EnumSet.noneOf(PipelineState.class),
            FAILED, EnumSet.noneOf(PipelineState.class));
}
