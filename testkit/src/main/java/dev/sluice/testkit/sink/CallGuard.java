package dev.sluice.testkit.sink;

import java.util.concurrent.atomic.AtomicReference;

/** Watches that calls come in an order that the contract allows, and tells the ledger where they do not. */
final class CallGuard {
    private enum State {
        NEW,
        OPEN,
        WRITING,
        CLOSED
    }

    private final Ledger ledger;
    private final AtomicReference<State> state = new AtomicReference<>(State.NEW);

    CallGuard(Ledger ledger) {
        this.ledger = ledger;
    }

    void opened() {
        State before = state.getAndUpdate(now -> now == State.CLOSED ? now : State.OPEN);
        if (before == State.WRITING || before == State.CLOSED) {
            report("open while " + before);
        }
    }

    void writing() {
        if (!state.compareAndSet(State.OPEN, State.WRITING)) {
            report("write while " + state.get());
        }
    }

    /** Called before the caller hears of it, who may write again at once. */
    void written() {
        state.compareAndSet(State.WRITING, State.OPEN);
    }

    void closed() {
        state.set(State.CLOSED);
    }

    private void report(String violation) {
        ledger.violation(violation);
        throw new IllegalStateException(violation);
    }
}
