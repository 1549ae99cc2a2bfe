package dev.sluice.bench.server;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Random;

/**
 * Writes 60 % updates, 30 % inserts and 10 % deletes, in small groups that follow each other, to rows chosen evenly among
 * those that are there. The same seed makes the same changes. For one thread.
 */
final class Mixture implements AutoCloseable {
    private static final int UPDATES = 60;
    static final int INSERTS = 30;
    private static final int DELETES = 10;

    /** Changes in one group. */
    static final int GROUP = UPDATES + INSERTS + DELETES;

    private final Connection connection;
    private final Random random = new Random(7);
    private final PreparedStatement update;
    private final PreparedStatement insert;
    private final PreparedStatement delete;
    private long[] live;
    private int liveCount;
    private long next;

    /** @param rows that are there, numbered from 1 */
    Mixture(Connection connection, Shape shape, String table, long rows) throws SQLException {
        this.connection = connection;
        this.liveCount = Math.toIntExact(rows);
        this.next = rows + 1;
        this.live = new long[liveCount * 2 + INSERTS];
        for (int i = 0; i < liveCount; i++) {
            live[i] = i + 1L;
        }
        this.update = connection.prepareStatement(shape.update(table));
        this.insert = connection.prepareStatement(shape.insert(table));
        this.delete = connection.prepareStatement("DELETE FROM " + table + " WHERE id = ANY (?::bigint[])");
    }

    /** Writes {@link #GROUP} changes; fewer where there are hardly any rows. */
    int writeGroup() throws SQLException {
        return changeSome() + insertSome() + deleteSome();
    }

    private int changeSome() throws SQLException {
        Long[] chosen = random.longs(UPDATES * 2L, 0, Math.max(1, liveCount))
                .map(place -> live[(int) place])
                .distinct()
                .limit(UPDATES)
                .boxed()
                .toArray(Long[]::new);
        update.setArray(1, connection.createArrayOf("bigint", chosen));
        return update.executeUpdate();
    }

    private int insertSome() throws SQLException {
        insert.setLong(1, next);
        insert.setLong(2, next + INSERTS - 1);
        for (int i = 0; i < INSERTS; i++) {
            if (liveCount == live.length) {
                live = Arrays.copyOf(live, liveCount * 2);
            }
            live[liveCount++] = next++;
        }
        return insert.executeUpdate();
    }

    private int deleteSome() throws SQLException {
        Long[] chosen = new Long[DELETES];
        for (int i = 0; i < DELETES; i++) {
            int place = random.nextInt(liveCount);
            chosen[i] = live[place];
            live[place] = live[--liveCount];
        }
        delete.setArray(1, connection.createArrayOf("bigint", chosen));
        return delete.executeUpdate();
    }

    @Override
    public void close() throws SQLException {
        update.close();
        insert.close();
        delete.close();
    }
}
