package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.sink.postgres.CheckpointTable.Claim;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Where each relation's rows go: looked up and checked when a relation is first met in a session, and again when its shape
 * changes. Read by any thread, loaded by one at a time.
 */
final class TableTargets {
    /** More than any alteration needs: the table's name, its columns' places, and what they are. */
    private static final int MOST_STEPS = 8;

    private final TargetSession session;
    private final TargetCatalogue catalogue;
    private final SourceShapes shapes;
    private final SchemaFollower follower;
    private final Map<Relation, TableMapping> mappings = new ConcurrentHashMap<>();
    private final Map<TableMapping, TableMapping> forCopying = new ConcurrentHashMap<>();

    TableTargets(TargetSession session, Claim claim, SchemaFollower follower) {
        this.session = session;
        this.catalogue = new TargetCatalogue(session);
        this.shapes = new SourceShapes(session, claim);
        this.follower = follower;
    }

    /** The relations that a batch's changes belong to. */
    static Set<Relation> used(ChangeBatch batch) {
        BitSet numbers = new BitSet();
        for (int change = 0; change < batch.size(); change++) {
            numbers.set(batch.relationIndex(change));
        }
        List<Relation> relations = batch.relations();
        return numbers.stream().mapToObj(relations::get).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    boolean know(Collection<Relation> relations) {
        return mappings.keySet().containsAll(relations);
    }

    /**
     * Looks them all up afresh, and alters their tables where the source's were altered and that is allowed; fails with all
     * misfits at once. Forgets other shapes of the same tables.
     *
     * @param transactionOpen whether the session is in a transaction, whose part this becomes
     */
    Mono<Void> load(Collection<Relation> relations, boolean transactionOpen) {
        return shapes.read(relations).flatMap(before -> catalogue
                .read(relations, before.values())
                .flatMap(tables -> followed(relations, tables, before, transactionOpen, 1))
                .flatMap(tables -> follower.takeOverRules(relations, tables, before, transactionOpen)
                        .flatMap(altered -> altered ? catalogue.read(relations, before.values()) : Mono.just(tables)))
                .flatMap(tables -> shapes.write(bind(relations, tables, before))));
    }

    /** OIDs of those whose shape is known, so that {@link #load} lets their tables follow. */
    Mono<Set<Long>> known(Collection<Relation> relations) {
        return shapes.read(relations).map(Map::keySet);
    }

    /** See {@link SchemaFollower#alter}. */
    Mono<Void> alter(List<Statement> alterations) {
        return follower.alter(alterations);
    }

    boolean follows() {
        return follower.follows();
    }

    /** Step by step, as each changes what is left to do. */
    private Mono<Map<String, TargetTable>> followed(
            Collection<Relation> relations,
            Map<String, TargetTable> tables,
            Map<Long, SourceShape> before,
            boolean transactionOpen,
            int step) {
        return follower.follow(relations, tables, before, transactionOpen).flatMap(altered -> {
            if (!altered) {
                return Mono.just(tables);
            }
            Mono<Map<String, TargetTable>> now = catalogue.read(relations, before.values());
            return step == MOST_STEPS
                    ? now
                    : now.flatMap(next -> followed(relations, next, before, transactionOpen, step + 1));
        });
    }

    /** @return the shapes that are not those of before */
    private List<SourceShape> bind(
            Collection<Relation> relations, Map<String, TargetTable> tables, Map<Long, SourceShape> before) {
        Map<Long, SourceShape> latest = new HashMap<>(before);
        List<Problem> problems = new ArrayList<>();
        Map<Relation, TableMapping> bound = new LinkedHashMap<>();
        for (Relation relation : relations) {
            TargetTable target = tables.get(relation.displayName());
            SourceShape shape = latest.get(relation.oid());
            if (target == null) {
                problems.add(noTable(relation, shape));
                continue;
            }
            if (shape != null && shape.isRenamed(relation) && tables.containsKey(shape.displayName())) {
                problems.add(nameTaken(relation, shape));
                continue;
            }
            Relation seen = follower.seen(relation, target, shape);
            List<Problem> misfits = TableFit.problems(seen, target, shape, session.user(), session.triggersSilent());
            problems.addAll(misfits);
            if (misfits.isEmpty()) {
                bound.put(relation, new TableMapping(seen, target));
                latest.put(relation.oid(), SourceShape.of(relation, seen, target, shape));
                follower.bound(relation, seen);
            }
        }
        if (!problems.isEmpty()) {
            throw SyncException.of(problems);
        }
        mappings.keySet().removeIf(known -> relations.stream()
                .anyMatch(added -> added.displayName().equals(known.displayName())));
        mappings.putAll(bound);
        forCopying.keySet().retainAll(mappings.values());
        return latest.values().stream()
                .filter(shape -> !shape.equals(before.get(shape.oid())))
                .toList();
    }

    private static Problem noTable(Relation relation, @Nullable SourceShape before) {
        String what = "target table " + relation.displayName() + " does not exist";
        if (before == null || before.displayName().equals(relation.displayName())) {
            return new Problem(ErrorKind.SINK_MISFIT, what, TableDefinition.createTable(relation));
        }
        return new Problem(
                ErrorKind.SINK_MISFIT,
                what + "; in the source it was " + before.displayName() + " before",
                String.join(" ", TableDefinition.renameTable(before, relation)));
    }

    /** Its rows would get among those of another table, which had the name before. */
    private static Problem nameTaken(Relation relation, SourceShape before) {
        return new Problem(
                ErrorKind.SINK_MISFIT,
                "the source has renamed " + before.displayName() + " to " + relation.displayName()
                        + ", and the target has tables of both names",
                "Drop or rename the target's " + relation.displayName() + ", then: "
                        + String.join(" ", TableDefinition.renameTable(before, relation)));
    }

    TableMapping mapping(Relation relation) {
        TableMapping mapping = mappings.get(relation);
        if (mapping == null) {
            throw new SyncException(ErrorKind.INTERNAL, relation.displayName() + " was not looked up in the target");
        }
        return mapping;
    }

    /** The same for the blocking driver. */
    TableMapping mappingForCopying(Relation relation) {
        return forCopying.computeIfAbsent(mapping(relation), TableMapping::forCopying);
    }
}
