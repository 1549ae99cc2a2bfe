package dev.sluice.daemon.verify;

import java.time.Duration;

/**
 * How long a comparison waits for a target that is still being filled.
 *
 * @param position for the target to reach a position of the source
 * @param rounds how often rows that differ are looked at again
 * @param pause between two rounds
 */
public record Patience(Duration position, int rounds, Duration pause) {
    public static Patience defaults() {
        return new Patience(Duration.ofSeconds(20), 5, Duration.ofMillis(500));
    }
}
