package dev.sluice.engine.flow;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.checkpoint.CheckpointStore;
import dev.sluice.engine.checkpoint.KnownShape;
import dev.sluice.engine.checkpoint.PipelineCheckpoint;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A state directory that survives crashes. Its disk may refuse before a write, or fail after it. */
final class ModelStore implements CheckpointStore {
    private final Random random;
    private final Consumer<Position> copied;
    private final Map<String, List<CopiedChunk>> chunks = new HashMap<>();
    private final Map<String, Map<Long, KnownShape>> shapes = new HashMap<>();
    private @Nullable PipelineCheckpoint state;
    private boolean failing;
    private BiConsumer<String, Position> whenAdded = (sink, start) -> {};

    /** @param copied told that a first copy is recorded as complete */
    ModelStore(Random random, Consumer<Position> copied) {
        this.random = random;
        this.copied = copied;
    }

    /** @param told of each sink that came later, and where it begins */
    void whenAdded(BiConsumer<String, Position> told) {
        whenAdded = told;
    }

    boolean knows(String sink) {
        return state != null && state.sinks().containsKey(sink);
    }

    void failing(boolean now) {
        failing = now;
    }

    /** What a restart would find for a sink, or NONE. */
    Position saved(String sink) {
        return state == null ? Position.NONE : state.sinks().getOrDefault(sink, Position.NONE);
    }

    /** What is recorded of a sink. */
    List<CopiedChunk> recorded(String sink) {
        return List.copyOf(chunks.getOrDefault(sink, List.of()));
    }

    boolean isCopied() {
        return state != null && state.isCopied();
    }

    private void act(Runnable write) {
        if (failing && random.nextBoolean()) {
            throw new SyncException(ErrorKind.STATE_UNAVAILABLE, "the disk is full.");
        }
        write.run();
        if (failing) {
            throw new SyncException(ErrorKind.STATE_UNAVAILABLE, "the disk is full now.");
        }
    }

    @Override
    public @Nullable PipelineCheckpoint load(String pipeline) {
        act(() -> {});
        return state;
    }

    @Override
    public void copying(String pipeline, SourceIdentity source) {
        act(() -> {
            state = new PipelineCheckpoint(source, Position.NONE, Map.of());
            chunks.clear();
            shapes.clear();
        });
    }

    @Override
    public void begun(String pipeline, Position start) {
        act(() -> state = new PipelineCheckpoint(known().source(), start, Position.NONE, Map.of()));
    }

    @Override
    public void copied(String pipeline, String sink, CopiedChunk chunk) {
        act(() -> chunks.computeIfAbsent(sink, name -> new ArrayList<>()).add(chunk));
    }

    private Map<Long, KnownShape> shapesOf(String sink) {
        return shapes.computeIfAbsent(sink, name -> new HashMap<>());
    }

    @Override
    public List<KnownShape> shapes(String pipeline, String sink) {
        act(() -> {});
        return List.copyOf(shapesOf(sink).values());
    }

    @Override
    public void saveShapes(String pipeline, String sink, Collection<KnownShape> told, Set<Long> gone) {
        act(() -> {
            gone.forEach(shapesOf(sink)::remove);
            told.forEach(shape -> shapesOf(sink).put(shape.shape().relation(), shape));
        });
    }

    @Override
    public List<CopiedChunk> chunks(String pipeline, String sink) {
        act(() -> {});
        return recorded(sink);
    }

    @Override
    public void keepChunks(String pipeline, String sink, Collection<CopiedChunk> kept) {
        act(() -> chunks.put(sink, new ArrayList<>(kept)));
    }

    @Override
    public void added(String pipeline, String sink, Position start) {
        act(() -> {
            Map<String, Position> positions = new HashMap<>(known().sinks());
            positions.put(sink, start);
            state = new PipelineCheckpoint(known().source(), known().snapshot(), positions);
            whenAdded.accept(sink, start);
        });
    }

    private PipelineCheckpoint known() {
        return Objects.requireNonNull(state, "a pipeline");
    }

    @Override
    public void copied(String pipeline, SourceIdentity source, Position snapshot, Collection<String> sinks) {
        act(() -> {
            Map<String, Position> positions = new HashMap<>();
            sinks.forEach(sink -> positions.put(sink, snapshot));
            state = new PipelineCheckpoint(source, snapshot, positions);
            copied.accept(snapshot);
        });
    }

    @Override
    public void save(String pipeline, String sink, Position durable) {
        act(() -> {
            PipelineCheckpoint known = state;
            if (known == null || !known.sinks().containsKey(sink)) {
                throw new AssertionError("saved a position of " + sink + ", which has not been filled");
            }
            Map<String, Position> positions = new HashMap<>(known.sinks());
            positions.merge(sink, durable, Position::max);
            state = new PipelineCheckpoint(known.source(), known.snapshot(), positions);
        });
    }

    @Override
    public void forget(String pipeline) {
        act(() -> state = null);
    }

    @Override
    public void close() {}
}
