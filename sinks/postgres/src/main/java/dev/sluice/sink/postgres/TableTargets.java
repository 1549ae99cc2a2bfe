package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Problem;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import reactor.core.publisher.Mono;

/**
 * Where each relation's rows go: looked up and checked when a relation is first met in a session, and again when its shape
 * changes. Read by any thread, loaded by one at a time.
 */
final class TableTargets {
    private final TargetSession session;
    private final TargetCatalogue catalogue;
    private final Map<Relation, TableMapping> mappings = new ConcurrentHashMap<>();
    private final Map<TableMapping, TableMapping> forCopying = new ConcurrentHashMap<>();

    TableTargets(TargetSession session) {
        this.session = session;
        this.catalogue = new TargetCatalogue(session);
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

    /** Looks them all up afresh; fails with all misfits at once. Forgets other shapes of the same tables. */
    Mono<Void> load(Collection<Relation> relations) {
        return catalogue
                .read(relations)
                .doOnNext(tables -> bind(relations, tables))
                .then();
    }

    private void bind(Collection<Relation> relations, Map<String, TargetTable> tables) {
        List<Problem> problems = new ArrayList<>();
        List<TableMapping> bound = new ArrayList<>();
        for (Relation relation : relations) {
            TargetTable target = tables.get(relation.displayName());
            if (target == null) {
                problems.add(new Problem(
                        ErrorKind.SINK_MISFIT,
                        "target table " + relation.displayName() + " does not exist",
                        TableDefinition.createTable(relation)));
                continue;
            }
            List<Problem> misfits = TableFit.problems(relation, target, session.user(), session.triggersSilent());
            problems.addAll(misfits);
            if (misfits.isEmpty()) {
                bound.add(new TableMapping(relation, target));
            }
        }
        if (!problems.isEmpty()) {
            throw SyncException.of(problems);
        }
        mappings.keySet().removeIf(known -> relations.stream()
                .anyMatch(added -> added.displayName().equals(known.displayName())));
        bound.forEach(mapping -> mappings.put(mapping.relation(), mapping));
        forCopying.keySet().retainAll(mappings.values());
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
