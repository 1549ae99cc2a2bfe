package dev.sluice.engine.checkpoint;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import java.util.Map;

/**
 * How far a pipeline is.
 *
 * @param source the stream that the positions belong to
 * @param snapshot where the first copy was read, or {@link Position#NONE} while it is not finished
 * @param sinks last durable position of each sink; empty while the first copy is not finished. For a sink that keeps its
 *     own position this one only says that it has been filled.
 */
public record PipelineCheckpoint(SourceIdentity source, Position snapshot, Map<String, Position> sinks) {
    public PipelineCheckpoint {
        sinks = Map.copyOf(sinks);
    }

    public boolean isCopied() {
        return !snapshot.isNone();
    }
}
