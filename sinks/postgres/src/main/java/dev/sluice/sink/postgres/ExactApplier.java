package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Applies changes one by one, in the source's order, in a transaction that is open. What folding brought about (two unique
 * values that change places, for one) passes this way; what does not is the fault of one change, which is then known.
 *
 * <p>A savepoint at the beginning of each source transaction lets those before a refused one stay. Some changes are sent
 * without waiting for each other.
 */
final class ExactApplier {
    private static final int WINDOW = 64;

    static final Statement BEGIN_PART = Statement.of("SAVEPOINT sluice_part", "set a savepoint");
    static final Statement UNDO_PART = Statement.of("ROLLBACK TO SAVEPOINT sluice_part", "roll back to a savepoint");
    static final Statement END_PART = Statement.of("RELEASE SAVEPOINT sluice_part", "release a savepoint");

    private final TargetSession session;
    private final TableTargets targets;
    private final Scheduler worker;

    /** @param worker where statements are made, as that takes time and an event loop has none */
    ExactApplier(TargetSession session, TableTargets targets, Scheduler worker) {
        this.session = session;
        this.targets = targets;
        this.worker = worker;
    }

    /** Fails with {@link RowRefused}. */
    Mono<Void> apply(ChangeBatch batch) {
        return Flux.range(0, (batch.size() + WINDOW - 1) / WINDOW)
                .concatMap(window -> Mono.fromSupplier(() -> new Window(batch, window * WINDOW))
                        .subscribeOn(worker)
                        .flatMap(this::run))
                .then();
    }

    private Mono<Void> run(Window window) {
        return session.run(window.statements)
                .then()
                .onErrorResume(
                        StatementFailure.class,
                        failure -> TargetErrors.isAboutRows(failure)
                                ? session.run(UNDO_PART).then(Mono.error(window.refused(failure)))
                                : Mono.error(failure));
    }

    /** Consecutive changes with the statements of each. */
    private final class Window {
        private final ChangeBatch batch;
        private final List<Statement> statements = new ArrayList<>();
        private final List<Integer> changeOfStatement = new ArrayList<>();

        Window(ChangeBatch batch, int from) {
            this.batch = batch;
            int to = Math.min(from + WINDOW, batch.size());
            int change = from;
            while (change < to) {
                beginPart(change);
                int next = endOfUnit(change, to);
                for (Statement statement : BatchFold.fold(batch, change, next, targets::mapping)) {
                    add(statement, change);
                }
                change = next;
            }
        }

        private void beginPart(int change) {
            if (change == 0) {
                add(BEGIN_PART, change);
            } else if (beginsTransaction(change)) {
                add(END_PART, change);
                add(BEGIN_PART, change);
            }
        }

        /** Tables that one TRUNCATE emptied must stay together, as foreign keys may join them. */
        private int endOfUnit(int change, int to) {
            int end = change + 1;
            while (batch.operation(change) == Operation.TRUNCATE
                    && end < to
                    && batch.operation(end) == Operation.TRUNCATE) {
                end++;
            }
            return end;
        }

        private void add(Statement statement, int change) {
            statements.add(statement);
            changeOfStatement.add(change);
        }

        private boolean beginsTransaction(int change) {
            return !Objects.equals(batch.transaction(change - 1), batch.transaction(change));
        }

        private int transactionStart(int change) {
            int start = change;
            while (start > 0 && !beginsTransaction(start)) {
                start--;
            }
            return start;
        }

        RowRefused refused(StatementFailure failure) {
            int change = changeOfStatement.get(failure.index());
            return new RowRefused(batch, change, transactionStart(change), failure);
        }
    }
}
