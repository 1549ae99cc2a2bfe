package dev.sluice.daemon.verify;

import dev.sluice.engine.change.Position;
import java.sql.Connection;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Waits until the target has what the source had at a moment. One thread, blocking. */
final class CommonPosition {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private final @Nullable Filling filling;
    private final Duration patience;
    private boolean stuck;
    private @Nullable String behind;

    /** @param filling null if nobody is filling the target, so that there is nothing to wait for */
    CommonPosition(@Nullable Filling filling, Duration patience) {
        this.filling = filling;
        this.patience = patience;
    }

    /** Whether the target can still change by itself. */
    boolean isMoving() {
        return filling != null;
    }

    /**
     * Waits until the target has everything that any connection to the source can see by now.
     *
     * @param marks a connection to the source in autocommit mode
     * @return whether the target got there in time; true at once if nobody is filling it
     */
    boolean await(Connection marks) throws InterruptedException {
        if (filling == null) {
            return true;
        }
        Position position =
                Side.SOURCE.run("read the position", () -> filling.mark().write(marks));
        return await(position, filling.target());
    }

    /**
     * A target that did not move in all that time is not waited for again at every table, only looked at.
     */
    private boolean await(Position position, TargetPosition follower) throws InterruptedException {
        long deadline = System.nanoTime() + (stuck ? 0 : patience.toNanos());
        Position reached = current(follower);
        while (position.isAfter(reached)) {
            if (System.nanoTime() > deadline) {
                stuck = true;
                behind = "the target is at " + reached + ", not yet at " + position;
                return false;
            }
            Thread.sleep(BETWEEN_LOOKS.toMillis());
            reached = current(follower);
        }
        stuck = false;
        behind = null;
        return true;
    }

    private static Position current(TargetPosition follower) {
        return Side.TARGET.run("read sluice.checkpoint", follower::current);
    }

    /** How far the target is from the last position that was waited for; null if it got there. */
    @Nullable String behind() {
        return behind;
    }
}
