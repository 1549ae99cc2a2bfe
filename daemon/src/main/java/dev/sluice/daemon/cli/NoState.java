package dev.sluice.daemon.cli;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.checkpoint.CheckpointStore;
import dev.sluice.engine.checkpoint.KnownShape;
import dev.sluice.engine.checkpoint.PipelineCheckpoint;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a teardown knows when the state is damaged: nothing. Stateless; any thread. */
final class NoState implements CheckpointStore {
    @Override
    public @Nullable PipelineCheckpoint load(String pipeline) {
        return null;
    }

    @Override
    public void copying(String pipeline, SourceIdentity source) {
        throw readOnly();
    }

    @Override
    public void copied(String pipeline, SourceIdentity source, Position snapshot, Collection<String> sinks) {
        throw readOnly();
    }

    @Override
    public void begun(String pipeline, Position start) {
        throw readOnly();
    }

    @Override
    public void added(String pipeline, String sink, Position start) {
        throw readOnly();
    }

    @Override
    public void copied(String pipeline, String sink, CopiedChunk chunk) {
        throw readOnly();
    }

    @Override
    public List<CopiedChunk> chunks(String pipeline, String sink) {
        return List.of();
    }

    @Override
    public void keepChunks(String pipeline, String sink, Collection<CopiedChunk> kept) {
        throw readOnly();
    }

    @Override
    public void save(String pipeline, String sink, Position durable) {
        throw readOnly();
    }

    @Override
    public List<KnownShape> shapes(String pipeline, String sink) {
        return List.of();
    }

    @Override
    public void saveShapes(String pipeline, String sink, Collection<KnownShape> told, Set<Long> gone) {
        throw readOnly();
    }

    /** There is nothing to forget. */
    @Override
    public void forget(String pipeline) {}

    @Override
    public void close() {}

    private static IllegalStateException readOnly() {
        return new IllegalStateException("nothing runs during a teardown");
    }
}
