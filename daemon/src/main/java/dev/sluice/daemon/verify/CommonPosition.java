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

    /** @param target null if nobody is filling the target, so that there is nothing to wait for */
    CommonPosition(@Nullable TargetPosition target, Duration patience) {
        this.target = target;
        this.patience = patience;
    }

    /** Whether the target can still change by itself. */
    boolean isMoving() {
        return target != null;
    }

    /** A position after everything that a statement which has just run on this connection could see. */
    static Position after(Connection source) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery("SELECT CASE WHEN pg_is_in_recovery()"
                        + " THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END")) {
            row.next();
            return Position.boundary(Position.parseLsn(row.getString(1)));
        }
    }

    /**
     * A target that did not move in all that time is not waited for again at every table, only looked at.
     *
     * @return whether the target got there in time; true at once if nobody is filling it
     */
    boolean await(Position position) throws SQLException, InterruptedException {
        if (target == null) {
            return true;
        }
        long deadline = System.nanoTime() + (stuck ? 0 : patience.toNanos());
        while (position.isAfter(target.current())) {
            if (System.nanoTime() > deadline) {
                stuck = true;
                return false;
            }
            Thread.sleep(BETWEEN_LOOKS.toMillis());
        }
        stuck = false;
        return true;
    }
}
