package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Relation;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Turns a run of changes into statements, table by table. Tables are independent of each other here, as foreign keys and
 * triggers are silent or absent; only a TRUNCATE is a barrier for all. For one thread; make one for each run.
 */
final class BatchFold {
    private final ChangeBatch batch;
    private final Function<Relation, TableMapping> mappings;
    private final TableFold[] folds;
    /** By name, as a table that was altered has two relations: the changes of one are drained before the other's. */
    private final Map<String, Integer> currentRelation = new LinkedHashMap<>();

    /** Batches that were joined have equal relations under several numbers. */
    private final Map<TableMapping, TableFold> foldsByMapping = new IdentityHashMap<>();

    private final List<TargetTable> truncated = new ArrayList<>();
    private final List<Statement> statements = new ArrayList<>();
    private int latestRelation = -1;

    private BatchFold(ChangeBatch batch, Function<Relation, TableMapping> mappings) {
        this.batch = batch;
        this.mappings = mappings;
        this.folds = new TableFold[batch.relations().size()];
    }

    /** Statements with the same effect as the changes from {@code from} to before {@code to}. */
    static List<Statement> fold(ChangeBatch batch, int from, int to, Function<Relation, TableMapping> mappings) {
        BatchFold fold = new BatchFold(batch, mappings);
        for (int change = from; change < to; change++) {
            fold.add(change);
        }
        fold.drain();
        return fold.statements;
    }

    private void add(int change) {
        if (batch.operation(change) == Operation.TRUNCATE) {
            if (truncated.isEmpty()) {
                drainFolds();
            }
            truncated.add(mappings.apply(batch.relation(change)).target());
            return;
        }
        if (!truncated.isEmpty()) {
            drainTruncated();
        }
        foldOf(change).add(change);
    }

    private TableFold foldOf(int change) {
        int number = batch.relationIndex(change);
        if (number != latestRelation) {
            makeCurrent(number, batch.relation(change));
            latestRelation = number;
        }
        return folds[number];
    }

    private void makeCurrent(int number, Relation relation) {
        Integer before = currentRelation.put(relation.displayName(), number);
        if (before != null && before != number && folds[before] != folds[number]) {
            folds[before].drainTo(statements);
        }
        if (folds[number] == null) {
            TableMapping mapping = mappings.apply(relation);
            TableFold sameShape = foldsByMapping.get(mapping);
            folds[number] = sameShape != null ? sameShape : newFold(mapping);
            foldsByMapping.put(mapping, folds[number]);
        }
    }

    private TableFold newFold(TableMapping mapping) {
        return mapping.isKeyed() ? new KeyedFold(batch, mapping) : new BagFold(batch, mapping);
    }

    private void drain() {
        drainFolds();
        if (!truncated.isEmpty()) {
            drainTruncated();
        }
    }

    private void drainFolds() {
        currentRelation.values().forEach(number -> folds[number].drainTo(statements));
    }

    private void drainTruncated() {
        statements.addAll(Emptying.of(truncated));
        truncated.clear();
    }
}
