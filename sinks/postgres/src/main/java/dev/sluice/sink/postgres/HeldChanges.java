package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Relation;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The beginning of a source transaction whose end has not come, kept back until it has, so that it can be applied together
 * with it. Limited in bytes: what is longer has to be applied before its end is there. For one thread.
 */
final class HeldChanges {
    private static final long LIMIT_BYTES = 4 << 20;

    private final List<ChangeBatch> batches = new ArrayList<>();
    private long bytes;

    boolean isEmpty() {
        return batches.isEmpty();
    }

    boolean hasRoomFor(ChangeBatch batch) {
        return bytes + batch.sizeInBytes() <= LIMIT_BYTES;
    }

    void add(ChangeBatch batch) {
        batches.add(batch);
        bytes += batch.sizeInBytes();
    }

    /** The relations of what is held, then those of what follows it. */
    Set<Relation> relationsWith(ChangeBatch next) {
        Set<Relation> relations = new LinkedHashSet<>();
        batches.forEach(batch -> relations.addAll(TableTargets.used(batch)));
        relations.addAll(TableTargets.used(next));
        return relations;
    }

    /** Gives up what is held, with what follows it, in order. */
    List<ChangeBatch> takeWith(ChangeBatch next) {
        List<ChangeBatch> taken = new ArrayList<>(batches);
        taken.add(next);
        batches.clear();
        bytes = 0;
        return taken;
    }
}
