package dev.sluice.engine.flow;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import java.util.function.Consumer;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;
import reactor.util.retry.RetryBackoffSpec;

/**
 * The one place that decides to try again: errors whose kind says RETRY, for ever, with delays that double and are
 * jittered. Anything that gets through in between starts the delays anew.
 *
 * @param timer on which to wait
 * @param jitter share of a delay by which it may differ, from 0 to 1
 */
record Backoff(PipelineSettings settings, Scheduler timer, double jitter) {
    /** @param beforeRetry told of each error before the delay */
    Retry retrying(Consumer<SyncException> beforeRetry) {
        return spec(beforeRetry);
    }

    /** As {@link #retrying}, but only for errors of one side. */
    Retry retryingOnly(ErrorKind kind, Consumer<SyncException> beforeRetry) {
        return spec(beforeRetry)
                .filter(error -> isRetryable(error) && SyncException.from(error).kind() == kind);
    }

    private RetryBackoffSpec spec(Consumer<SyncException> beforeRetry) {
        return Retry.backoff(Long.MAX_VALUE, settings.retryFirst())
                .maxBackoff(settings.retryMost())
                .jitter(jitter)
                .scheduler(timer)
                .transientErrors(true)
                .filter(Backoff::isRetryable)
                .doBeforeRetry(signal -> beforeRetry.accept(SyncException.from(signal.failure())));
    }

    static boolean isRetryable(Throwable error) {
        return SyncException.from(error).kind().reaction() == ErrorKind.Reaction.RETRY;
    }
}
