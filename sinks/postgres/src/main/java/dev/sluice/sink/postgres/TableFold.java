package dev.sluice.sink.postgres;

import java.util.List;

/**
 * Gathers the changes of one table, in order, and makes as few statements of them as have the same effect. For one thread,
 * one batch.
 */
interface TableFold {
    void add(int change);

    /** The statements for all changes since the last call, in the order in which they are to be run. */
    void drainTo(List<Statement> statements);
}
