package dev.sluice.testkit.sink;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.sink.Sink;
import reactor.core.publisher.Mono;

/** A sink that writes to a {@link Ledger}, with the faults of a {@link Script}. A restart is a new one over the same ledger. */
public final class ScriptedSink implements Sink {
    private final Ledger ledger;
    private final Script script;
    private final boolean keepsPosition;
    private final CallGuard guard;

    /** @param keepsPosition whether {@code open} tells what the ledger holds; false for a sink that only takes events */
    public ScriptedSink(Ledger ledger, Script script, boolean keepsPosition) {
        this.ledger = ledger;
        this.script = script;
        this.keepsPosition = keepsPosition;
        this.guard = new CallGuard(ledger);
    }

    /** Keeps no position, has no faults. */
    public ScriptedSink(Ledger ledger) {
        this(ledger, new Script(), false);
    }

    @Override
    public Mono<Position> open(SourceIdentity source) {
        return Mono.fromSupplier(() -> {
            guard.opened();
            script.open();
            ledger.belongTo(source);
            return keepsPosition ? ledger.position() : Position.NONE;
        });
    }

    @Override
    public Mono<Position> write(ChangeBatch batch) {
        return Mono.defer(() -> {
            guard.writing();
            return Faults.apply(script.nextWrite(), () -> ledger.append(batch))
                    .thenReturn(batch.last())
                    .doOnTerminate(guard::written)
                    .doOnCancel(guard::written);
        });
    }

    @Override
    public Mono<Void> close() {
        return Mono.fromRunnable(guard::closed);
    }
}
