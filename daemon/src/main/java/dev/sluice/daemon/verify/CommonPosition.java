package dev.sluice.daemon.verify;

import dev.sluice.engine.change.Position;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Waits until the target has what the source had at a moment. One thread, blocking. */
final class CommonPosition {
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(100);

    private final @Nullable TargetPosition target;
    private final Duration patience;
    private boolean stuck;
    private @Nullable String behind;

    /** @param target null if nobody is filling the target, so that there is nothing to wait for */
    CommonPosition(@Nullable TargetPosition target, Duration patience) {
        this.target = target;
        this.patience = patience;
    }

    /** Whether the target can still change by itself. */
    boolean isMoving() {
        return target != null;
    }

    /**
     * Waits until the target has everything that any connection to the source can see by now.
     *
     * @param marks a connection to the source in autocommit mode: a committed message in its WAL is a position that the
     *     stream is sure to reach. The end of WAL is not, as long as nobody commits: reading tables alone can move it.
     * @return whether the target got there in time; true at once if nobody is filling it
     */
    boolean await(Connection marks) throws InterruptedException {
        return target == null || await(mark(marks), target);
    }

    private static Position mark(Connection marks) {
        return Side.SOURCE.run("read the position", () -> write(marks));
    }

    private static Position write(Connection marks) throws SQLException {
        try (Statement statement = marks.createStatement();
                ResultSet row = statement.executeQuery("SELECT CASE WHEN pg_is_in_recovery() THEN"
                        + " pg_last_wal_replay_lsn() ELSE pg_logical_emit_message(true, 'sluice', '') END")) {
            row.next();
            return Position.boundary(Position.parseLsn(row.getString(1)));
        }
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
