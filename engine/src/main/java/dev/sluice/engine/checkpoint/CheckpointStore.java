package dev.sluice.engine.checkpoint;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Remembers, across restarts, how far each pipeline is. Calls block for a disk write; make them on a thread that may.
 * Every method is all or nothing and durable when it returns, and fails with a
 * {@link dev.sluice.engine.change.SyncException}: STATE_UNAVAILABLE when the disk does not let us, STATE_MISMATCH when
 * what is there is damaged.
 */
public interface CheckpointStore extends AutoCloseable {
    /** What is known of a pipeline, or null if it never ran. */
    @Nullable PipelineCheckpoint load(String pipeline);

    /** A first copy begins: whatever was known of the pipeline is void. */
    void copying(String pipeline, SourceIdentity source);

    /** Every sink has every table as of {@code snapshot}; all of them go on from there. */
    void copied(String pipeline, SourceIdentity source, Position snapshot, Collection<String> sinks);

    /** The position that a sink durably has; an earlier one than the last is ignored. Only after {@link #copied}. */
    void save(String pipeline, String sink, Position durable);

    /** Forgets the pipeline. */
    void forget(String pipeline);

    @Override
    void close();
}
