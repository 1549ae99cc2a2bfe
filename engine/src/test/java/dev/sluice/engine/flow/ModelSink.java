package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.sink.Sink;
import dev.sluice.engine.sink.TransactionalSink;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** A sink in one process, in front of a {@link ModelTarget}. The seed decides what goes wrong; contract breaches throw. */
abstract sealed class ModelSink implements Sink {
    final ModelTarget target;
    final Random random;
    private final Scheduler thread;
    private final Faults faults;
    private boolean opened;
    private boolean busy;
    private boolean closed;
    private @Nullable Runnable inFlight;

    private ModelSink(ModelTarget target, Random random, Scheduler thread, Faults faults) {
        this.target = target;
        this.random = random;
        this.thread = thread;
        this.faults = faults;
    }

    /** How often things go wrong, shared by all sinks. */
    static final class Faults {
        private boolean on = true;

        void off() {
            on = false;
        }

        boolean isOn() {
            return on;
        }
    }

    static ModelSink of(ModelTarget target, Random random, Scheduler thread, Faults faults, Supplier<Position> saved) {
        return target.transactional
                ? new Transactional(target, random, thread, faults)
                : new Plain(target, random, thread, faults, saved);
    }

    static SyncException unavailable() {
        return new SyncException(ErrorKind.SINK_UNAVAILABLE, "the target is gone.");
    }

    boolean isClosed() {
        return closed;
    }

    /** The process dies: what was under way may have got through. */
    void crash() {
        Runnable write = inFlight;
        if (write != null && random.nextBoolean()) {
            write.run();
        }
        target.mayRepeat();
    }

    @Override
    public Mono<Position> open(SourceIdentity source) {
        return later(() -> {
            if (fails(8)) {
                throw unavailable();
            }
            opened = true;
            target.mayRepeat();
            return reopened();
        });
    }

    abstract Position reopened();

    @Override
    public Mono<Position> write(ChangeBatch batch) {
        return Mono.defer(() -> {
            target.require(opened, () -> "written to without being opened");
            target.require(!closed, () -> "written to after it was closed");
            target.require(!busy, () -> "written to twice at once");
            busy = true;
            inFlight = () -> landPartly(batch);
            return later(() -> land(batch)).doFinally(signal -> {
                busy = false;
                inFlight = null;
            });
        });
    }

    private Position land(ChangeBatch batch) {
        if (fails(12)) {
            opened = false;
            broken();
            throw unavailable();
        }
        if (fails(16)) {
            landPartly(batch);
            opened = false;
            broken();
            throw unavailable();
        }
        return store(batch);
    }

    /** Makes all of it durable and says what is. */
    abstract Position store(ChangeBatch batch);

    /** Something gets through although nobody will hear of it. */
    abstract void landPartly(ChangeBatch batch);

    /** The connection is gone, and what was held open with it. */
    abstract void broken();

    boolean fails(int oneIn) {
        return faults.isOn() && random.nextInt(oneIn) == 0;
    }

    <T> Mono<T> later(Supplier<T> work) {
        return Mono.create(sink -> {
            int delay = fails(25) ? 500 + random.nextInt(3_000) : fails(4) ? random.nextInt(200) : random.nextInt(4);
            if (delay == 0) {
                complete(sink, work); // on the caller's own stack, as a sink may
            } else {
                Disposable task = thread.schedule(() -> complete(sink, work), delay, TimeUnit.MILLISECONDS);
                sink.onDispose(task);
            }
        });
    }

    private static <T> void complete(reactor.core.publisher.MonoSink<T> sink, Supplier<T> work) {
        T value;
        try {
            value = work.get();
        } catch (SyncException e) {
            sink.error(e);
            return;
        }
        sink.success(value);
    }

    @Override
    public Mono<Void> close() {
        return Mono.fromRunnable(() -> {
            closed = true;
            opened = false;
            broken();
        });
    }

    private static Map<String, List<Integer>> rowsByTable(ModelTarget target, ChangeBatch batch) {
        Map<String, List<Integer>> rows = new LinkedHashMap<>();
        for (int change = 0; change < batch.size(); change++) {
            rows.computeIfAbsent(batch.relation(change).name(), table -> new ArrayList<>())
                    .add(target.read(batch, change));
        }
        return rows;
    }

    /** Keeps no position; half of them only vouch for whole transactions. */
    static final class Plain extends ModelSink {
        private final Supplier<Position> saved;
        private final boolean wholeTransactions;
        private Position returned = Position.NONE;

        private Plain(ModelTarget target, Random random, Scheduler thread, Faults faults, Supplier<Position> saved) {
            super(target, random, thread, faults);
            this.saved = saved;
            this.wholeTransactions = random.nextBoolean();
        }

        @Override
        Position reopened() {
            return Position.NONE;
        }

        @Override
        Position store(ChangeBatch batch) {
            apply(batch, batch.size());
            if (batch.encoding() == ChangeBatch.Encoding.COPY_TEXT) {
                return batch.last();
            }
            boolean behind = wholeTransactions && !batch.endsAtBoundary() && !returned.isNone();
            returned = returned.max(behind ? batch.lastBoundary() : batch.last());
            return returned;
        }

        @Override
        void landPartly(ChangeBatch batch) {
            apply(batch, batch.isEmpty() ? 0 : random.nextInt(batch.size() + 1));
            target.mayRepeat();
        }

        private void apply(ChangeBatch batch, int count) {
            if (batch.encoding() == ChangeBatch.Encoding.COPY_TEXT) {
                if (!batch.isEmpty() && batch.operation(0) == Operation.TRUNCATE) {
                    target.readAnew(batch.relation(0).name());
                } else if (count == batch.size()) {
                    rowsByTable(target, batch).forEach((table, rows) -> target.addRead(batch.last(), table, rows));
                }
                return;
            }
            for (int change = 0; change < count; change++) {
                target.apply(target.read(batch, change), saved.get().max(returned));
            }
        }

        @Override
        void broken() {
            target.mayRepeat();
        }
    }

    /** Keeps its position with the rows. A transaction that has not ended yet is held open, and lost with the connection. */
    static final class Transactional extends ModelSink implements TransactionalSink {
        private final List<Integer> open = new ArrayList<>();

        private Transactional(ModelTarget target, Random random, Scheduler thread, Faults faults) {
            super(target, random, thread, faults);
        }

        @Override
        Position reopened() {
            open.clear();
            return target.position();
        }

        @Override
        Position store(ChangeBatch batch) {
            int complete = batch.completeTransactions().size();
            for (int change = 0; change < batch.size(); change++) {
                if (change == complete) {
                    commit(batch);
                }
                open.add(target.read(batch, change));
            }
            if (complete == batch.size()) {
                commit(batch);
            }
            return target.position();
        }

        private void commit(ChangeBatch batch) {
            if (!batch.lastBoundary().isNone()) {
                Position before = target.position();
                open.forEach(number -> target.apply(number, before));
                open.clear();
                target.commit(batch.lastBoundary());
            }
        }

        @Override
        void landPartly(ChangeBatch batch) {
            if (random.nextBoolean()) {
                store(batch); // the commit got through, its answer did not
            }
        }

        @Override
        void broken() {
            open.clear();
        }

        @Override
        public Mono<List<CopiedChunk>> copied() {
            return later(() -> {
                if (fails(12)) {
                    throw unavailable();
                }
                return target.copied();
            });
        }

        @Override
        public Mono<Void> prepareCopy(List<Relation> tables, Position start, List<CopiedChunk> kept) {
            return this.<Boolean>later(() -> {
                        if (fails(6)) {
                            throw unavailable();
                        }
                        target.prepare(start, kept);
                        return true;
                    })
                    .then();
        }

        @Override
        public Mono<Long> copy(Relation table, CopyChunk chunk, Position readAt, Flux<ChangeBatch> rows) {
            CopiedChunk copied = CopiedChunk.of(table, chunk, readAt);
            return rows.collectList().flatMap(batches -> later(() -> fill(copied, batches)));
        }

        private long fill(CopiedChunk chunk, List<ChangeBatch> batches) {
            if (fails(6)) {
                throw unavailable();
            }
            List<Integer> numbers = new ArrayList<>();
            for (ChangeBatch batch : batches) {
                target.require(batch.last().equals(chunk.readAt()), () -> batch + " for " + chunk);
                rowsByTable(target, batch).values().forEach(numbers::addAll);
                target.require(
                        batch.isEmpty() || batch.operation(0) == Operation.READ,
                        () -> "something else than rows to copy");
            }
            if (!target.copied().contains(chunk)) { // otherwise its commit got through, but nobody heard of it
                target.addCopied(chunk, numbers);
            }
            if (fails(6)) {
                throw unavailable();
            }
            return numbers.size();
        }

        @Override
        public Mono<Position> completeCopy(Position start) {
            return later(() -> {
                if (fails(6)) {
                    throw unavailable();
                }
                target.completeCopy(start);
                if (fails(6)) {
                    throw unavailable();
                }
                return target.position();
            });
        }
    }
}
