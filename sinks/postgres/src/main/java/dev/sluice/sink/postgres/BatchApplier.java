package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.sink.postgres.CheckpointTable.Claim;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Writes batches in transactions of one session. Whole source transactions go into one target transaction with the move of
 * the checkpoint, all sent at once. The beginning of a source transaction whose end has not come yet goes into a target
 * transaction that stays open from write to write, so it too is applied whole or not at all.
 *
 * <p>Large batches are left to a {@link CopyApplier} first. That one takes whole transactions only, so the beginning of one
 * that a large batch ends with is held back, if it is not too long, until its end has come.
 *
 * <p>After an error it is of no use any more: a new session and a new applier are needed. One call at a time; a batch is
 * turned into statements on the calling thread.
 */
final class BatchApplier {
    private static final Statement BEGIN = Statement.of("BEGIN", "begin a transaction");
    private static final Statement COMMIT = Statement.of("COMMIT", "commit a transaction");
    private static final Statement ROLLBACK = Statement.of("ROLLBACK", "roll back a transaction");

    private final TargetSession session;
    private final Claim claim;
    private final TableTargets targets;
    private final Scheduler worker;
    private final ExactApplier exact;
    private final EnumLabels labels;
    private final NullColumns nulls;
    private final CopyApplier copier;
    private final HeldChanges held = new HeldChanges();

    // Calls do not overlap and Reactor's signals order them, so these need no lock.
    private Position durable;
    private Position reached;
    private boolean transactionOpen;
    private boolean failed;

    BatchApplier(
            TargetSession session,
            Claim claim,
            TableTargets targets,
            Position durable,
            Scheduler worker,
            CopyApplier copier) {
        this.session = session;
        this.claim = claim;
        this.targets = targets;
        this.durable = durable;
        this.reached = durable;
        this.worker = worker;
        this.exact = new ExactApplier(session, targets, worker);
        this.labels = new EnumLabels(session, targets);
        this.nulls = new NullColumns(targets);
        this.copier = copier;
    }

    /** Returns the position that is durable then. */
    Mono<Position> write(ChangeBatch given) {
        if (failed) {
            return Mono.error(new SyncException(ErrorKind.INTERNAL, "a sink that failed was not opened again"));
        }
        ChangeBatch batch = given.after(reached);
        Set<Relation> relations = held.relationsWith(batch);
        if (targets.follows() && ShapeParts.differ(relations)) {
            return inParts(ShapeParts.of(held.takeWith(batch))).doOnError(error -> failed = true);
        }
        Mono<Position> written = targets.know(relations)
                ? Mono.defer(() -> apply(batch))
                : targets.load(relations, transactionOpen)
                        .then(Mono.just(batch))
                        .publishOn(worker)
                        .flatMap(this::apply);
        return written.doOnError(error -> failed = true);
    }

    /** Tables are altered between two parts, within the target transaction if one is open. */
    private Mono<Position> inParts(List<ChangeBatch> parts) {
        return Flux.fromIterable(parts)
                .concatMap(part -> Mono.defer(() -> targets.load(TableTargets.used(part), transactionOpen))
                        .then(Mono.just(part))
                        .publishOn(worker)
                        .flatMap(next -> applyFolded(next, false)))
                .last();
    }

    private Mono<Position> apply(ChangeBatch batch) {
        boolean large = copier.isWorthwhile(batch) || !held.isEmpty();
        if (transactionOpen || !large || !copier.isWilling()) {
            return applyInOrder(held.takeWith(batch));
        }
        if (!batch.lastBoundary().isNone()) {
            return copy(held.takeWith(batch));
        }
        if (held.hasRoomFor(batch)) {
            hold(batch);
            return Mono.just(durable);
        }
        return applyInOrder(held.takeWith(batch));
    }

    private Mono<Position> copy(List<ChangeBatch> batches) {
        ChangeBatch batch = ChangeBatch.concat(batches);
        Position boundary = batch.lastBoundary();
        return copier.apply(batch.completeTransactions(), boundary)
                .flatMap(done -> done ? copied(batch, boundary) : applyInOrder(batches));
    }

    private Mono<Position> copied(ChangeBatch batch, Position boundary) {
        committed(boundary);
        ChangeBatch open = batch.openTransaction().trimmed();
        if (held.hasRoomFor(open)) {
            hold(open);
            return Mono.just(durable);
        }
        return begin(open, fold(open)).then(Mono.fromSupplier(() -> durable));
    }

    /** The first on the calling thread; the others wait for results, which arrive on an event loop. */
    private Mono<Position> applyInOrder(List<ChangeBatch> batches) {
        return batches.size() == 1
                ? applyFolded(batches.get(0), true)
                : Flux.fromIterable(batches)
                        .concatMap(batch -> Mono.just(batch).publishOn(worker).flatMap(next -> applyFolded(next, true)))
                        .last();
    }

    /** @param mayHold whether the beginning of a transaction may be kept for later */
    private Mono<Position> applyFolded(ChangeBatch batch, boolean mayHold) {
        ChangeBatch complete = batch.completeTransactions();
        ChangeBatch open = batch.openTransaction().trimmed();
        Position boundary = batch.lastBoundary();
        boolean holds = mayHold && !boundary.isNone() && copier.isWorthwhile(batch) && held.hasRoomFor(open);
        List<Statement> completing = fold(complete);
        List<Statement> opening = holds ? List.of() : fold(open);
        Mono<Void> first = boundary.isAfter(durable) ? complete(complete, completing, boundary) : Mono.empty();
        Mono<Void> second = holds ? Mono.fromRunnable(() -> hold(open)) : Mono.defer(() -> begin(open, opening));
        return first.then(second).then(Mono.fromSupplier(() -> durable));
    }

    /** The beginning of a transaction is kept for later. */
    private void hold(ChangeBatch open) {
        if (!open.isEmpty()) {
            held.add(open);
            reached = open.last();
        }
    }

    private List<Statement> fold(ChangeBatch batch) {
        return BatchFold.fold(batch, 0, batch.size(), targets::mapping);
    }

    private Mono<Void> complete(ChangeBatch batch, List<Statement> statements, Position boundary) {
        Mono<Void> done;
        if (transactionOpen) {
            done = continueTransaction(batch, statements).then(commit(boundary));
        } else if (statements.isEmpty()) {
            done = moveAndCommit(List.of(claim.move(boundary)), 0);
        } else {
            done = wholeTransaction(batch, statements, boundary);
        }
        return done.then(Mono.fromRunnable(() -> committed(boundary)));
    }

    /** The usual case, one round trip. If something is refused the COMMIT at its end becomes a ROLLBACK. */
    private Mono<Void> wholeTransaction(ChangeBatch batch, List<Statement> statements, Position boundary) {
        List<Statement> all = new ArrayList<>(statements.size() + 3);
        all.add(BEGIN);
        all.addAll(statements);
        all.add(claim.move(boundary));
        all.add(COMMIT);
        return moveAndCommit(all, all.size() - 2)
                .onErrorResume(
                        StatementFailure.class,
                        failure -> TargetErrors.isAboutRows(failure)
                                ? session.run(BEGIN).then(exactly(batch)).then(commit(boundary))
                                : Mono.error(failure));
    }

    /** The target transaction goes on. Its beginning must outlive a refusal, so the commit waits for the result. */
    private Mono<Void> continueTransaction(ChangeBatch batch, List<Statement> statements) {
        List<Statement> all = new ArrayList<>(statements.size() + 2);
        all.add(ExactApplier.BEGIN_PART);
        all.addAll(statements);
        all.add(ExactApplier.END_PART);
        return session.run(all)
                .then()
                .onErrorResume(
                        StatementFailure.class,
                        failure -> TargetErrors.isAboutRows(failure)
                                ? session.run(List.of(ExactApplier.UNDO_PART, ExactApplier.END_PART))
                                        .then(exactly(batch))
                                : Mono.error(failure));
    }

    private Mono<Void> begin(ChangeBatch batch, List<Statement> statements) {
        if (batch.isEmpty()) {
            return Mono.empty();
        }
        Mono<Void> begun = transactionOpen ? Mono.empty() : session.run(BEGIN).then();
        return begun.then(Mono.fromRunnable(() -> transactionOpen = true))
                .then(continueTransaction(batch, statements))
                .then(Mono.fromRunnable(() -> reached = batch.last()));
    }

    /** Change by change; where one is refused, commits the whole source transactions before it. */
    private Mono<Void> exactly(ChangeBatch batch) {
        return exact.apply(batch).onErrorResume(RowRefused.class, refused -> keep(batch, refused.firstUndone())
                .then(Mono.defer(() -> labels.mend(refused)))
                .then(Mono.defer(() -> nulls.mend(refused)))
                .then(Mono.error(refused::toSyncException)));
    }

    private Mono<Void> keep(ChangeBatch batch, int changes) {
        return changes == 0 ? session.run(ROLLBACK).then() : commit(batch.position(changes - 1));
    }

    private Mono<Void> commit(Position position) {
        return moveAndCommit(List.of(claim.move(position), COMMIT), 0)
                .onErrorMap(
                        StatementFailure.class,
                        failure -> TargetErrors.isAboutRows(failure) ? refusedAtCommit(position, failure) : failure);
    }

    /** A deferred constraint. It does not say for which row. */
    private static SyncException refusedAtCommit(Position position, StatementFailure failure) {
        return new SyncException(
                ErrorKind.ROW_REFUSED,
                "the target refuses, when it commits, a change at or before " + position + ": "
                        + TargetErrors.describe(failure.reason()),
                failure.reason());
    }

    private Mono<Void> moveAndCommit(List<Statement> statements, int move) {
        return session.run(statements)
                .then()
                .onErrorMap(
                        StatementFailure.class,
                        failure ->
                                failure.index() == move && TargetErrors.isFenced(failure) ? claim.fenced() : failure);
    }

    private void committed(Position boundary) {
        transactionOpen = false;
        durable = boundary;
        reached = boundary;
    }
}
