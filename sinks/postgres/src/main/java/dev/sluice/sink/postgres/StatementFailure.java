package dev.sluice.sink.postgres;

/** One of several statements that were sent together was refused, or the connection was lost before its result came. */
final class StatementFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int index;
    private final transient Statement statement;

    /** @param index of the statement among those sent together; those before it succeeded */
    StatementFailure(int index, Statement statement, Throwable reason) {
        super("cannot " + statement.doing(), reason, false, false);
        this.index = index;
        this.statement = statement;
    }

    int index() {
        return index;
    }

    Statement statement() {
        return statement;
    }

    Throwable reason() {
        Throwable cause = getCause();
        return cause == null ? this : cause;
    }
}
