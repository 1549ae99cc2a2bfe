package dev.sluice.engine.checkpoint;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import java.util.Collection;
import java.util.List;
import java.util.Set;
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

    /** The stream of the copy that is under way begins at {@code start}. */
    void begun(String pipeline, Position start);

    /** A sink that keeps no record of its own has this now. */
    void copied(String pipeline, String sink, CopiedChunk chunk);

    /** What {@link #copied(String, String, CopiedChunk)} has recorded. */
    List<CopiedChunk> chunks(String pipeline, String sink);

    /** Only these count from now on. */
    void keepChunks(String pipeline, String sink, Collection<CopiedChunk> kept);

    /** A sink that came later goes on from {@code start}, with the tables of which chunks are recorded. */
    void added(String pipeline, String sink, Position start);

    /** Every sink has every table; all of them go on from {@code snapshot}. */
    void copied(String pipeline, SourceIdentity source, Position snapshot, Collection<String> sinks);

    /** The position that a sink durably has; an earlier one than the last is ignored. Only after {@link #copied}. */
    void save(String pipeline, String sink, Position durable);

    /** The shapes of tables that a sink has been told of. */
    List<KnownShape> shapes(String pipeline, String sink);

    /**
     * A sink has been told of these.
     *
     * @param gone OIDs of tables that are no more
     */
    void saveShapes(String pipeline, String sink, Collection<KnownShape> told, Set<Long> gone);

    /** Forgets the pipeline. */
    void forget(String pipeline);

    @Override
    void close();
}
