package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Relation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Cuts batches where a table changes its shape, so that the target's can be altered between two parts. */
final class ShapeParts {
    private ShapeParts() {}

    /** Whether there are two shapes of one table among these. */
    static boolean differ(Collection<Relation> relations) {
        Set<Long> oids = new HashSet<>();
        return !relations.stream().allMatch(relation -> oids.add(relation.oid()));
    }

    /** The same changes, each table in one shape within each part. */
    static List<ChangeBatch> of(List<ChangeBatch> batches) {
        List<ChangeBatch> parts = new ArrayList<>();
        for (ChangeBatch batch : batches) {
            ChangeBatch rest = batch;
            for (int cut = cut(rest); cut < rest.size(); cut = cut(rest)) {
                ChangeBatch part = rest.before(cut);
                parts.add(part);
                rest = rest.after(part.last());
            }
            parts.add(rest);
        }
        return parts;
    }

    /** The first change of another shape than an earlier one of its table; the number of changes if there is none. */
    private static int cut(ChangeBatch batch) {
        Map<Long, Relation> shapes = new HashMap<>();
        Relation latest = null;
        for (int change = 0; change < batch.size(); change++) {
            Relation relation = batch.relation(change);
            if (relation != latest) {
                Relation before = shapes.putIfAbsent(relation.oid(), relation);
                if (before != null && !before.equals(relation)) {
                    return change;
                }
                latest = relation;
            }
        }
        return batch.size();
    }
}
