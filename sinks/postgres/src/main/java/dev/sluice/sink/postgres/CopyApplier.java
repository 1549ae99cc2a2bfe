package dev.sluice.sink.postgres;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Position;
import dev.sluice.sink.postgres.CheckpointTable.Claim;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * The fast way for much at once: whole source transactions in one target transaction of a {@link CopySession}, in which new
 * rows go by COPY, at half of what an upsert costs the target. It is optimistic: a row that is there already, or anything
 * else that the server does not take, and the transaction is rolled back and nothing has happened. Then the same changes go
 * the way that heals what can be healed and names what cannot, see {@link BatchApplier}; and after each such time the fast
 * way is left alone for longer.
 *
 * <p>Any thread, one call at a time; it blocks a thread of the sink, never the caller's.
 */
final class CopyApplier {
    private static final Logger log = LoggerFactory.getLogger(CopyApplier.class);

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(3);
    private static final int MOST_PASSED = 64;

    private final CopySession session;
    private final Claim claim;
    private final TableTargets targets;
    private final SinkThreads threads;
    private final CopyThreshold threshold;

    // Calls do not overlap and Reactor's signals order them, so these need no lock.
    /** How many batches are still to go the other way. */
    private int toPass;

    private int passedLast;
    private boolean unavailable;

    CopyApplier(CopySession session, Claim claim, TableTargets targets, SinkThreads threads, CopyThreshold threshold) {
        this.session = session;
        this.claim = claim;
        this.targets = targets;
        this.threads = threads;
        this.threshold = threshold;
    }

    /** Whether a batch is worth the round trips that this way takes. */
    boolean isWorthwhile(ChangeBatch batch) {
        return threshold.isReachedBy(batch);
    }

    /** Whether it is to be tried now; after a refusal, not at once again. */
    boolean isWilling() {
        if (toPass > 0) {
            toPass--;
            return false;
        }
        return !unavailable;
    }

    /**
     * Applies a batch of whole source transactions and moves the checkpoint to {@code boundary}. False if nothing has
     * happened, and it has to go the other way.
     */
    Mono<Boolean> apply(ChangeBatch batch, Position boundary) {
        return Mono.defer(() -> {
            AtomicBoolean cancelled = new AtomicBoolean();
            return Mono.<Boolean>fromCallable(() -> applyUnless(cancelled, batch, boundary))
                    .subscribeOn(threads.streaming())
                    .doOnCancel(() -> {
                        cancelled.set(true);
                        session.abort();
                    });
        });
    }

    /** What comes of cancelling is no error, and nobody is there to be told of it. */
    private @Nullable Boolean applyUnless(AtomicBoolean cancelled, ChangeBatch batch, Position boundary) {
        try {
            return applyBlocking(batch, boundary);
        } catch (RuntimeException error) {
            session.abort();
            if (!cancelled.get()) {
                throw error;
            }
            log.debug("writing up to {} was cancelled", boundary, error);
            return null;
        }
    }

    private boolean applyBlocking(ChangeBatch batch, Position boundary) {
        List<Statement> statements =
                new ArrayList<>(BatchFold.fold(batch, 0, batch.size(), targets::mappingForCopying));
        int move = statements.size();
        statements.add(claim.moveBlocking(boundary));
        if (!connected()) {
            return false;
        }
        try {
            session.transaction(statements);
            passedLast = 0;
            return true;
        } catch (StatementFailure failure) {
            if (failure.index() == move && TargetErrors.isFenced(failure)) {
                throw claim.fenced();
            }
            if (!TargetErrors.isAnswer(failure) || !session.rollBack()) {
                throw failure;
            }
            refused(failure);
            return false;
        }
    }

    /** A target that gives no second connection is served by one. */
    private boolean connected() {
        if (session.isConnected()) {
            return true;
        }
        try {
            session.connect();
            return true;
        } catch (SQLException error) {
            log.warn(
                    "{} Large batches would go faster by a second connection to the target.",
                    TargetErrors.classify("connect", error).getMessage());
            log.debug("no second connection", error);
            unavailable = true;
            return false;
        }
    }

    private void refused(StatementFailure failure) {
        passedLast = Math.min(MOST_PASSED, Math.max(1, 2 * passedLast));
        toPass = passedLast;
        log.debug(
                "a batch was refused as a whole ({}) and is applied otherwise", failure.getMessage(), failure.reason());
    }

    /** The server rolls back what is not committed. */
    Mono<Void> close() {
        return Mono.defer(() -> {
            if (!session.isConnected()) {
                session.abort(); // it may be connecting
                return Mono.empty();
            }
            return Mono.<Void>fromCallable(() -> {
                        session.close();
                        return null;
                    })
                    .subscribeOn(threads.streaming())
                    .timeout(CLOSE_PATIENCE, Mono.fromRunnable(session::abort));
        });
    }
}
