package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ShapeChange;
import dev.sluice.engine.change.TableShape;
import dev.sluice.engine.checkpoint.KnownShape;
import dev.sluice.engine.sink.ShapeListener;
import dev.sluice.engine.sink.Sink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Notices where a table takes another shape on its way to a sink, and tells a sink that wants to know. For such a sink the
 * state remembers the shapes, so that an alteration while Sluice was stopped is noticed, too.
 *
 * <p>Invariant: what is remembered has been told, durably, and is remembered before a change in that shape is written. A
 * change before the position since when a shape is known is a repeat, and may have an earlier shape. For one call at a time.
 */
final class ShapeWatch {
    private final @Nullable Memory memory;
    private final Scheduler worker;
    private final Consumer<ShapeChange> noticed;
    private final Map<Long, Known> known = new HashMap<>();
    private final Map<Name, Long> names = new HashMap<>();
    private boolean loaded;

    /**
     * @param state where shapes are remembered
     * @param worker the lane's, on which the sink is called
     * @param noticed told of each, after the sink
     */
    ShapeWatch(
            String pipeline,
            String name,
            Sink sink,
            StateAccess state,
            Scheduler worker,
            Consumer<ShapeChange> noticed) {
        this.memory = sink instanceof ShapeListener listener && listener.wantsShapes()
                ? new Memory(pipeline, name, listener, state)
                : null;
        this.worker = worker;
        this.noticed = noticed;
    }

    private record Memory(String pipeline, String name, ShapeListener listener, StateAccess state) {}

    private record Name(String schema, String table) {
        static Name of(TableShape shape) {
            return new Name(shape.schema(), shape.table());
        }
    }

    /** @param latest in which it came last, to be told by its identity */
    private record Known(KnownShape shape, @Nullable Relation latest) {}

    /**
     * What there is to do before the rest of a batch.
     *
     * @param at the change from which on a table has another shape; the number of changes if none has
     * @param firstSeen tables that come for the first time until then, in their shapes
     */
    private record Found(int at, @Nullable ShapeChange change, List<KnownShape> firstSeen) {}

    /** The state may have been begun anew. */
    void reset() {
        known.clear();
        names.clear();
        loaded = false;
    }

    /** The batch, in parts if a table takes another shape in it; emits what was returned for the last of them. */
    Mono<Position> write(ChangeBatch batch, Function<ChangeBatch, Mono<Position>> writer) {
        if (memory != null && !loaded) {
            return load(memory).then(Mono.defer(() -> write(batch, writer)));
        }
        return hasComeLately(batch.relations()) ? writer.apply(batch) : writeParts(batch, writer);
    }

    /** Before rows are copied, for a sink that wants to know. */
    Mono<Void> copying(Relation relation, Position readAt) {
        if (memory == null) {
            return Mono.empty();
        }
        if (!loaded) {
            return load(memory).then(Mono.defer(() -> copying(relation, readAt)));
        }
        if (isLatest(relation)) {
            return Mono.empty();
        }
        TableShape shape = TableShape.of(relation);
        KnownShape before = known(shape);
        if (before == null) {
            KnownShape first = new KnownShape(shape, readAt);
            put(first, relation);
            return remember(List.of(first), Set.of());
        }
        if (!before.shape().isLike(shape)) {
            return tell(new ShapeChange(before.shape(), shape, readAt, null));
        }
        put(new KnownShape(shape, before.since()), relation);
        return Mono.empty();
    }

    private Mono<Void> load(Memory from) {
        return from.state()
                .ask(store -> store.shapes(from.pipeline(), from.name()))
                .publishOn(worker)
                .doOnNext(shapes -> {
                    shapes.forEach(shape -> put(shape, null));
                    loaded = true;
                })
                .then();
    }

    private void put(KnownShape shape, @Nullable Relation latest) {
        long relation = shape.shape().relation();
        Known before = known.put(relation, new Known(shape, latest));
        if (before != null) {
            names.remove(Name.of(before.shape().shape()), relation);
        }
        names.put(Name.of(shape.shape()), relation);
    }

    private boolean hasComeLately(List<Relation> relations) {
        for (Relation relation : relations) {
            if (!isLatest(relation)) {
                return false;
            }
        }
        return true;
    }

    private boolean isLatest(Relation relation) {
        Known before = known.get(relation.oid());
        return before != null && before.latest() == relation;
    }

    private Mono<Position> writeParts(ChangeBatch batch, Function<ChangeBatch, Mono<Position>> writer) {
        Found found = look(batch);
        Mono<Void> remembered = remember(found.firstSeen(), Set.of());
        ShapeChange change = found.change();
        if (change == null) {
            return remembered.then(Mono.defer(() -> writer.apply(batch)));
        }
        Mono<?> head = found.at() == 0 ? Mono.empty() : Mono.defer(() -> writer.apply(batch.before(found.at())));
        ChangeBatch tail = found.at() == 0 ? batch : batch.after(batch.position(found.at() - 1));
        return remembered
                .then(head)
                .then(Mono.defer(() -> tell(change)))
                .then(Mono.defer(() -> writeParts(tail, writer)));
    }

    private Found look(ChangeBatch batch) {
        List<KnownShape> firstSeen = new ArrayList<>();
        @Nullable Relation latest = null;
        for (int at = 0; at < batch.size(); at++) {
            Relation relation = batch.relation(at);
            if (relation == latest) {
                continue;
            }
            latest = relation;
            if (isLatest(relation)) {
                continue;
            }
            TableShape shape = TableShape.of(relation);
            Position position = batch.position(at);
            KnownShape replaced = known(shape);
            if (replaced == null) {
                KnownShape first = new KnownShape(shape, position);
                put(first, relation);
                firstSeen.add(first);
            } else if (!replaced.since().isAfter(position)) {
                if (!replaced.shape().isLike(shape)) {
                    ShapeChange change = new ShapeChange(replaced.shape(), shape, position, batch.transaction(at));
                    return new Found(at, change, firstSeen);
                }
                put(new KnownShape(shape, replaced.since()), relation); // it may tell more than what it is like
            }
        }
        return new Found(batch.size(), null, firstSeen);
    }

    /** Of the table, or of one that was dropped and whose name it was given; null if it is the first. */
    private @Nullable KnownShape known(TableShape shape) {
        Known before = known.get(shape.relation());
        if (before == null) {
            Long named = names.get(Name.of(shape));
            before = named == null ? null : known.get(named);
        }
        return before == null ? null : before.shape();
    }

    private Mono<Void> tell(ShapeChange change) {
        KnownShape shape = new KnownShape(change.after(), change.position());
        Set<Long> gone = new HashSet<>(Set.of(change.before().relation()));
        gone.remove(change.after().relation());
        Mono<Void> told = memory == null ? Mono.empty() : memory.listener().altered(change);
        return told.then(Mono.defer(() -> remember(List.of(shape), gone))).doOnSuccess(done -> {
            gone.forEach(known::remove);
            put(shape, null);
            noticed.accept(change);
        });
    }

    private Mono<Void> remember(List<KnownShape> shapes, Set<Long> gone) {
        Memory in = memory;
        if (in == null || shapes.isEmpty()) {
            return Mono.empty();
        }
        return in.state()
                .run(store -> store.saveShapes(in.pipeline(), in.name(), shapes, gone))
                .doOnError(error -> reset()) // nobody knows what the state has now
                .then(Mono.<Void>empty().publishOn(worker));
    }
}
