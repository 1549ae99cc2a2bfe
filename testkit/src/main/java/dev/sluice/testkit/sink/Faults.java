package dev.sluice.testkit.sink;

import reactor.core.publisher.Mono;

/** How a fault bends a write. */
final class Faults {
    private Faults() {}

    static Mono<Void> apply(Fault fault, Runnable write) {
        Mono<Void> written = Mono.fromRunnable(write);
        if (fault instanceof Fault.Reject reject) {
            return Mono.error(reject.error());
        }
        if (fault instanceof Fault.FailAfterWrite fails) {
            return written.then(Mono.error(fails.error()));
        }
        if (fault instanceof Fault.Held held) {
            return held.hold().await().then(written);
        }
        if (fault instanceof Fault.Slow slow) {
            return Mono.delay(slow.delay()).then(written);
        }
        return written;
    }
}
