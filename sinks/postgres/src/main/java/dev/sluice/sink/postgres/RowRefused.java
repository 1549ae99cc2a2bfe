package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;

/**
 * The target refuses one change. Everything of its transaction is undone, everything of the batch before that is still
 * there, uncommitted.
 */
final class RowRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int firstUndone;
    private final String description;

    /** @param firstUndone index of the first change of the refused one's transaction */
    RowRefused(ChangeBatch batch, int change, int firstUndone, StatementFailure failure) {
        super("refused", failure.reason(), false, false);
        this.firstUndone = firstUndone;
        this.description = "the target refuses the " + RowDescription.of(batch, change) + ": "
                + TargetErrors.describe(failure.reason()) + " (SQLSTATE " + TargetErrors.sqlState(failure) + ")";
    }

    int firstUndone() {
        return firstUndone;
    }

    SyncException toSyncException() {
        return new SyncException(ErrorKind.ROW_REFUSED, description, getCause());
    }
}
