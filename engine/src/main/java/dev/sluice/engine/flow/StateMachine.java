package dev.sluice.engine.flow;

import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Holds a state and makes every move between states. A state without moves is final: it swallows later ones, since what
 * ends a pipeline races with what it was doing. Any other move that is not in the table is a programming error. Safe for
 * any thread; the listener runs inside the move and must be quick.
 */
final class StateMachine<S extends Enum<S>> {
    private final String owner;
    private final Map<S, Set<S>> moves;
    private final BiConsumer<S, S> listener;
    private volatile S state;

    /** @param listener gets the state before and the state after, once per change */
    StateMachine(String owner, S initial, Map<S, Set<S>> moves, BiConsumer<S, S> listener) {
        this.owner = owner;
        this.state = initial;
        this.moves = moves;
        this.listener = listener;
    }

    S state() {
        return state;
    }

    /** Moves to {@code next} if it is in {@code expected}, which something else may just have ended; false if it is not. */
    synchronized boolean move(S expected, S next) {
        return state == expected && to(next);
    }

    /** Moves to {@code next}; false if it was there already, or if the state is final. */
    synchronized boolean to(S next) {
        S before = state;
        Set<S> allowed = moves.getOrDefault(before, Set.of());
        if (before == next || allowed.isEmpty()) {
            return false;
        }
        if (!allowed.contains(next)) {
            throw new IllegalStateException(owner + " cannot go from " + before + " to " + next);
        }
        state = next;
        listener.accept(before, next);
        return true;
    }
}
