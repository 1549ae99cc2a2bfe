package dev.sluice.engine.flow;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.engine.change.Position;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;

class DurableWatchTest {
    private final DurableWatch watch = new DurableWatch();
    private final AtomicInteger served = new AtomicInteger();

    private Disposable waitFor(long lsn) {
        return watch.until(Position.boundary(lsn)).subscribe(nothing -> {}, error -> {}, served::incrementAndGet);
    }

    @Test
    void aWaiterIsServedOnceItsPositionIsReached() {
        waitFor(10);
        waitFor(20);
        watch.reached(Position.boundary(10));
        assertThat(served).hasValue(1);
        watch.reached(Position.boundary(5));
        assertThat(served).hasValue(1);
        watch.reached(Position.boundary(30));
        assertThat(served).hasValue(2);
    }

    @Test
    void whatWasReachedBeforeNeedsNoWaiting() {
        watch.reached(Position.boundary(10));
        watch.reached(Position.boundary(5));
        waitFor(10);
        assertThat(served).hasValue(1);
    }

    @Test
    void oneWhoNoLongerWaitsIsForgotten() {
        waitFor(10).dispose();
        watch.reached(Position.boundary(10));
        assertThat(served).hasValue(0);
    }
}
