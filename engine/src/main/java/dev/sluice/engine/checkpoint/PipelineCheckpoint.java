package dev.sluice.engine.checkpoint;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import java.util.Map;

/**
 * How far a pipeline is.
 *
 * @param source the stream that the positions belong to
 * @param begun where the stream begins, from when that is known
 * @param snapshot where the first copy was read, or {@link Position#NONE} while it is not finished
 * @param sinks last durable position of each sink; empty while the first copy is not finished. For a sink that keeps its
 *     own position this one only says that it has been filled.
 */
public record PipelineCheckpoint(
        SourceIdentity source, Position begun, Position snapshot, Map<String, Position> sinks) {
    public PipelineCheckpoint {
        sinks = Map.copyOf(sinks);
    }

    /** One whose copy is finished, or whose slot is not known to exist yet. */
    public PipelineCheckpoint(SourceIdentity source, Position snapshot, Map<String, Position> sinks) {
        this(source, snapshot, snapshot, sinks);
    }

    public boolean isCopied() {
        return !snapshot.isNone();
    }
}
