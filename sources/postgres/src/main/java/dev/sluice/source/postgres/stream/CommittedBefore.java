package dev.sluice.source.postgres.stream;

import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The transactions that a snapshot sees the effects of: PostgreSQL's manual, 9.27.4, "Transaction ID and Snapshot
 * Information". A stream has ids of 32 bits, which are compared as the server compares them, in a circle; a slot keeps the
 * server from going half around.
 *
 * @param next the first id that had not been given out
 * @param running those below it that had not ended
 */
record CommittedBefore(int next, Set<Integer> running) {
    /** @param snapshot as {@code pg_current_snapshot()} prints it: {@code xmin:xmax:xip,xip,...} */
    static CommittedBefore parse(String snapshot) {
        String[] parts = snapshot.split(":", -1);
        Set<Integer> running = parts[2].isEmpty()
                ? Set.of()
                : Arrays.stream(parts[2].split(",", -1))
                        .map(id -> (int) Long.parseLong(id))
                        .collect(Collectors.toSet());
        return new CommittedBefore((int) Long.parseLong(parts[1]), running);
    }

    /** Whether a transaction that is known to have committed had done so when the snapshot was taken. */
    boolean includes(long xid) {
        return (int) xid - next < 0 && !running.contains((int) xid);
    }
}
