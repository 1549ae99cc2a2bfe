package dev.sluice.testkit.sink;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.sink.TransactionalSink;
import dev.sluice.testkit.change.RecordedChange;
import java.util.ArrayList;
import java.util.List;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Like {@link ScriptedSink}, but rows and position become durable together, at transaction boundaries only; what lies
 * after the last boundary is staged, and lost by {@code open}.
 */
public final class ScriptedTransactionalSink implements TransactionalSink {
    private final Ledger ledger;
    private final Script script;
    private final CallGuard guard;
    private final List<ChangeBatch> staged = new ArrayList<>();

    public ScriptedTransactionalSink(Ledger ledger, Script script) {
        this.ledger = ledger;
        this.script = script;
        this.guard = new CallGuard(ledger);
    }

    @Override
    public Mono<Position> open(SourceIdentity source) {
        return Mono.fromSupplier(() -> {
            guard.opened();
            staged.clear();
            script.open();
            ledger.belongTo(source);
            return ledger.position();
        });
    }

    @Override
    public Mono<Position> write(ChangeBatch batch) {
        return Mono.defer(() -> {
            guard.writing();
            return Faults.apply(script.nextWrite(), () -> stage(batch))
                    .then(Mono.fromSupplier(ledger::position))
                    .doOnTerminate(guard::written)
                    .doOnCancel(guard::written);
        });
    }

    private void stage(ChangeBatch batch) {
        if (batch.lastBoundary().isNone()) {
            staged.add(batch);
            return;
        }
        staged.forEach(earlier -> ledger.append(RecordedChange.of(earlier)));
        staged.clear();
        ledger.append(batch.completeTransactions());
        if (!batch.endsAtBoundary()) {
            staged.add(batch.openTransaction());
        }
    }

    @Override
    public Mono<Void> prepareCopy(List<Relation> tables, Position start, List<CopiedChunk> kept) {
        return Mono.fromRunnable(() -> ledger.keepCopies(kept));
    }

    @Override
    public Mono<List<CopiedChunk>> copied() {
        return Mono.fromSupplier(ledger::copies);
    }

    @Override
    public Mono<Long> copy(Relation table, CopyChunk chunk, Position readAt, Flux<ChangeBatch> rows) {
        return rows.concatMapIterable(RecordedChange::of).collectList().flatMap(read -> Faults.apply(
                        script.nextWrite(), () -> ledger.append(CopiedChunk.of(table, chunk, readAt), read))
                .thenReturn((long) read.size()));
    }

    @Override
    public Mono<Position> completeCopy(Position start) {
        return Mono.fromSupplier(() -> {
            ledger.moveTo(start);
            return ledger.position();
        });
    }

    @Override
    public Mono<Void> close() {
        return Mono.fromRunnable(guard::closed);
    }
}
