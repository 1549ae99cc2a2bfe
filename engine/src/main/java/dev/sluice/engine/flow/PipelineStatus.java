package dev.sluice.engine.flow;

import dev.sluice.engine.change.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A pipeline at one moment.
 *
 * @param read how far the source has been read
 * @param confirmed what the source has been told it may forget
 * @param bufferedBytes held in the journal
 * @param lanes in the order in which they were configured
 * @param reason why it reconnects, cannot save positions, or failed, otherwise null
 */
public record PipelineStatus(
        String name,
        PipelineState state,
        Position read,
        Position confirmed,
        long bufferedBytes,
        List<LaneStatus> lanes,
        @Nullable String reason) {
    public PipelineStatus {
        lanes = List.copyOf(lanes);
    }

    /** Streaming, with no sink failing and positions being saved. */
    public boolean isReady() {
        return state == PipelineState.STREAMING
                && reason == null
                && lanes.stream().allMatch(lane -> lane.state() == LaneState.STREAMING);
    }
}
