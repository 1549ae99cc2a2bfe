package dev.sluice.testkit.sink;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.testkit.change.RecordedChange;
import dev.sluice.testkit.change.TableState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The other system behind a scripted sink: what is durable, and outlives the sinks over it. It also notes where the engine
 * broke the sink's contract. Any thread.
 */
public final class Ledger {
    private final List<RecordedChange> changes = new ArrayList<>();
    private final List<CopiedChunk> copies = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private Position position = Position.NONE;
    private @Nullable SourceIdentity owner;

    /** Everything written, in the order in which it was, repeats included. */
    public synchronized List<RecordedChange> changes() {
        return List.copyOf(changes);
    }

    /** What the table holds by that. */
    public synchronized List<Map<String, @Nullable String>> rows(Relation relation) {
        return TableState.of(relation, changes);
    }

    /** The position that the last durable write reached, whether or not the sink tells it. */
    public synchronized Position position() {
        return position;
    }

    /** Calls that overlapped, came before open or after close. */
    public synchronized List<String> violations() {
        return List.copyOf(violations);
    }

    synchronized void belongTo(SourceIdentity source) {
        SourceIdentity known = owner;
        if (known != null && !known.isSameStream(source)) {
            throw new SyncException(ErrorKind.STATE_MISMATCH, "the ledger belongs to " + known + ", not " + source);
        }
        owner = source;
    }

    synchronized void append(ChangeBatch batch) {
        changes.addAll(RecordedChange.of(batch));
        position = position.max(batch.last());
    }

    synchronized void append(List<RecordedChange> written) {
        changes.addAll(written);
    }

    synchronized void append(CopiedChunk chunk, List<RecordedChange> rows) {
        changes.addAll(rows);
        copies.add(chunk);
    }

    synchronized List<CopiedChunk> copies() {
        return List.copyOf(copies);
    }

    /** A table of which no chunk is kept is copied afresh. */
    synchronized void keepCopies(List<CopiedChunk> kept) {
        copies.retainAll(kept);
        changes.removeIf(change -> change.operation() == Operation.READ
                && copies.stream()
                        .noneMatch(chunk -> chunk.schema().equals(change.schema())
                                && chunk.table().equals(change.table())));
    }

    synchronized void moveTo(Position reached) {
        position = position.max(reached);
    }

    synchronized void violation(String what) {
        violations.add(what);
    }
}
