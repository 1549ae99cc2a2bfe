package dev.sluice.engine.flow;

import dev.sluice.engine.source.TableCopy;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * What comes later is copied in turns with the stream, so that the tables and sinks that were there go on: for a while
 * chunks are copied, then the stream catches up and has as long for itself. For one thread at a time.
 */
final class Turns {
    /** Longer than anybody waits. */
    static final Duration FOR_EVER = Duration.ofDays(365);

    /** Whatever the clock does. */
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);

    private final Duration length;
    private final LongSupplier clock;
    private Duration patience;
    private long began;

    /**
     * @param length after which a turn begins no other chunk
     * @param clock milliseconds
     */
    Turns(Duration length, LongSupplier clock) {
        this.length = length;
        this.clock = clock;
        this.patience = length;
    }

    /** The turn of one lane. Safe for any thread. */
    static final class Turn {
        private final Duration length;
        private final LongSupplier clock;
        private final Set<Long> whole;
        private final Set<Long> begun = new HashSet<>();
        private long end;

        private Turn(Duration length, LongSupplier clock, Set<Long> whole) {
            this.length = length;
            this.clock = clock;
            this.whole = whole;
        }

        boolean isUnlimited() {
            return length == FOR_EVER;
        }

        private boolean isWhole(TableCopy copy) {
            return copy.chunk().range() == null
                    || whole.contains(copy.relation().oid());
        }

        /** Whether a chunk is still copied in this turn. Pages of a table count only together, so that one turn copies all. */
        synchronized boolean includes(TableCopy copy) {
            long now = clock.getAsLong();
            if (begun.isEmpty()) {
                end = now + length.toMillis();
            }
            boolean included = begun.isEmpty()
                    || now < end
                    || isWhole(copy) && begun.contains(copy.relation().oid());
            if (included) {
                begun.add(copy.relation().oid());
            }
            return included;
        }
    }

    /** A turn that ends only when everything is copied. */
    static Turn unlimited() {
        return new Turn(FOR_EVER, () -> 0, Set.of());
    }

    /** The stream rests from now on. */
    void begin() {
        began = clock.getAsLong();
    }

    /** @param whole OIDs of tables of which one turn copies all */
    Turn turn(Set<Long> whole) {
        return new Turn(length, clock, whole);
    }

    /** How long a snapshot may take, for which the source waits until its open transactions have ended. */
    Duration patience() {
        return patience;
    }

    /** There was no snapshot in time: the next one may take twice as long, so that there is one some day. */
    void inVain() {
        patience = patience.compareTo(FOR_EVER) < 0 ? patience.multipliedBy(2) : FOR_EVER;
    }

    /** There was one. */
    void hadSnapshot() {
        patience = length;
    }

    /** What the stream may have now: as long as it had to rest. */
    Duration pause() {
        long rested = clock.getAsLong() - began;
        return rested < length.toMillis() ? length : Duration.ofMillis(Math.min(rested, LONGEST_PAUSE.toMillis()));
    }
}
