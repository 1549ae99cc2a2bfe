package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import org.jspecify.annotations.Nullable;

/**
 * The target refuses one change. Everything of its transaction is undone, everything of the batch before that is still
 * there, uncommitted.
 */
final class RowRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient ChangeBatch batch;
    private final int change;
    private final int firstUndone;
    private final @Nullable String sqlState;
    private final String description;

    /** @param firstUndone index of the first change of the refused one's transaction */
    RowRefused(ChangeBatch batch, int change, int firstUndone, StatementFailure failure) {
        super("refused", failure.reason(), false, false);
        this.batch = batch;
        this.change = change;
        this.firstUndone = firstUndone;
        this.sqlState = TargetErrors.sqlState(failure);
        this.description = "the target refuses the " + RowDescription.of(batch, change) + ": "
                + TargetErrors.describe(failure.reason()) + " (SQLSTATE " + sqlState + ")";
    }

    ChangeBatch batch() {
        return batch;
    }

    /** Index of the refused change. */
    int change() {
        return change;
    }

    @Nullable String sqlState() {
        return sqlState;
    }

    int firstUndone() {
        return firstUndone;
    }

    SyncException toSyncException() {
        return new SyncException(ErrorKind.ROW_REFUSED, description, getCause());
    }
}
