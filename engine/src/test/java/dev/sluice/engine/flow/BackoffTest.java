package dev.sluice.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SyncException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

class BackoffTest {
    private final VirtualTime time = new VirtualTime(new Random(1));
    private final PipelineSettings settings = new PipelineSettings(
            1_000,
            1_000,
            1,
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofMillis(100),
            Duration.ofMillis(1_000));
    private final Backoff backoff = new Backoff(settings, time.process().thread("timer"), 0);
    private final List<Long> attempts = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();

    @Test
    void delaysDoubleUpToTheLongest() {
        Mono.defer(() -> {
                    attempts.add(time.nowMillis());
                    return Mono.<String>error(new SyncException(ErrorKind.SINK_UNAVAILABLE, "away"));
                })
                .retryWhen(backoff.retrying(error -> {}))
                .subscribe(nothing -> {}, failures::add);
        time.run(5_000);
        assertThat(attempts).containsExactly(0L, 100L, 300L, 700L, 1_500L, 2_500L, 3_500L, 4_500L);
        assertThat(failures).isEmpty();
    }

    @Test
    void whatGetsThroughStartsTheDelaysAnew() {
        Flux.defer(() -> {
                    attempts.add(time.nowMillis());
                    Flux<String> some = attempts.size() == 4 ? Flux.just("something") : Flux.empty();
                    return some.concatWith(Mono.error(new SyncException(ErrorKind.SOURCE_UNAVAILABLE, "away")));
                })
                .retryWhen(backoff.retrying(error -> {}))
                .subscribe(nothing -> {}, failures::add);
        time.run(1_000);
        assertThat(attempts).containsExactly(0L, 100L, 300L, 700L, 800L, 1_000L);
    }

    @ParameterizedTest
    @EnumSource(ErrorKind.class)
    void onlyKindsThatSayRetryAreTriedAgain(ErrorKind kind) {
        Mono.defer(() -> {
                    attempts.add(time.nowMillis());
                    return Mono.<String>error(new SyncException(kind, "failed"));
                })
                .retryWhen(backoff.retrying(error -> {}))
                .subscribe(nothing -> {}, failures::add);
        time.run(150);
        boolean retried = kind.reaction() == ErrorKind.Reaction.RETRY;
        assertThat(attempts).hasSize(retried ? 2 : 1);
        assertThat(failures).hasSize(retried ? 0 : 1);
    }

    @Test
    void aFaultOfOursIsNotTriedAgain() {
        assertThat(Backoff.isRetryable(new IllegalStateException("bug"))).isFalse();
    }

    @Test
    void oneSideOnlyMeansOneSideOnly() {
        List<ErrorKind> kinds = List.of(ErrorKind.SINK_UNAVAILABLE, ErrorKind.SOURCE_UNAVAILABLE);
        Mono.defer(() -> {
                    attempts.add(time.nowMillis());
                    return Mono.<String>error(new SyncException(kinds.get(attempts.size() - 1), "away"));
                })
                .retryWhen(backoff.retryingOnly(ErrorKind.SINK_UNAVAILABLE, error -> {}))
                .subscribe(nothing -> {}, failures::add);
        time.run(1_000);
        assertThat(attempts).hasSize(2);
        assertThat(failures).singleElement().satisfies(error -> assertThat(
                        SyncException.from(error).kind())
                .isEqualTo(ErrorKind.SOURCE_UNAVAILABLE));
    }
}
