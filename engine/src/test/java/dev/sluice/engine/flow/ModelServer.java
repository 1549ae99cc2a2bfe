package dev.sluice.engine.flow;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.DataType;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.ReplicaIdentity;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.Transaction;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A database server as far as a source sees it: committed transactions, a slot, and being up or not. Survives crashes. */
final class ModelServer {
    static final SourceIdentity IDENTITY = new SourceIdentity("7000000000000000001", 1, "shop", "sluice_shop");
    private static final DataType INT8 = new DataType.Base(20, "pg_catalog", "int8");
    private static final DataType TEXT = new DataType.Base(25, "pg_catalog", "text");

    static final int KEYS = 8;

    static final List<Relation> TABLES = List.of(table(0), table(1), table(2));

    /** Made some day, unless the history ends before. */
    static final Relation LATER = table(3);

    private final Random random;
    private final List<Commit> commits = new ArrayList<>();
    private final List<Row> changes = new ArrayList<>();
    private long lsn = 4096;
    private boolean up = true;
    private boolean flaky;
    private boolean slotExists;
    private List<Relation> tables = TABLES;
    private boolean everythingPublished;
    private long confirmedLsn;
    private long persistedLsn;

    ModelServer(Random random) {
        this.random = random;
    }

    /**
     * A change, or a row as it left it.
     *
     * @param number among all changes of the server, from 0; also a column of the row
     * @param published whether the publication lets it through
     */
    record Row(
            int number,
            Position position,
            Relation table,
            Operation operation,
            int key,
            String payload,
            boolean published) {}

    record Commit(Transaction transaction, long endLsn, List<Row> changes) {
        Commit {
            changes = List.copyOf(changes);
        }
    }

    private static Relation table(int number) {
        return new Relation(
                16_384L + number,
                "public",
                "t" + number,
                ReplicaIdentity.FULL,
                List.of(
                        new Column("key", INT8, -1, "bigint", true, true, 0),
                        new Column("number", INT8, -1, "bigint", false, true, 1),
                        new Column("payload", TEXT, -1, "text", false, false, 2)));
    }

    void commit(int size, long nowMicros) {
        long commitLsn = lsn + 8L * random.nextInt(3);
        long endLsn = commitLsn + 8L * (1 + random.nextInt(4));
        List<Row> rows = new ArrayList<>();
        for (int ordinal = 1; ordinal <= size; ordinal++) {
            Operation operation =
                    switch (random.nextInt(4)) {
                        case 0 -> Operation.UPDATE;
                        case 1 -> Operation.DELETE;
                        default -> Operation.INSERT;
                    };
            Relation table = tables.get(random.nextInt(tables.size()));
            rows.add(new Row(
                    changes.size() + rows.size(),
                    new Position(commitLsn, ordinal),
                    table,
                    operation,
                    random.nextInt(KEYS),
                    "p\t\\" + "x".repeat(random.nextInt(40)),
                    random.nextInt(20) != 0 && (table != LATER || everythingPublished)));
        }
        changes.addAll(rows);
        commits.add(new Commit(new Transaction(commits.size(), commitLsn, nowMicros), endLsn, rows));
        lsn = endLsn;
    }

    /** WAL that holds nothing of ours. */
    void idle() {
        lsn += 8L * (1 + random.nextInt(4));
    }

    List<Commit> commits() {
        return commits;
    }

    List<Row> changes() {
        return changes;
    }

    /** Number of the first commit that a slot sends when it is asked to start at {@code fromLsn}. */
    int firstCommit(long fromLsn) {
        int number = 0;
        while (number < commits.size() && commits.get(number).transaction().commitLsn() < fromLsn) {
            number++;
        }
        return number;
    }

    /** How many changes were committed at or before {@code boundary}. */
    int changesUpTo(Position boundary) {
        int count = 0;
        while (count < changes.size() && !changes.get(count).position().isAfter(boundary)) {
            count++;
        }
        return count;
    }

    Position end() {
        return Position.boundary(lsn);
    }

    /** The rows of a table at a boundary, by key. */
    List<Row> rows(Relation table, Position boundary) {
        Map<Integer, Row> rows = new LinkedHashMap<>();
        for (Row row : changes.subList(0, changesUpTo(boundary))) {
            if (row.table() != table) {
                continue;
            }
            if (row.operation() == Operation.DELETE) {
                rows.remove(row.key());
            } else {
                rows.put(row.key(), row);
            }
        }
        return List.copyOf(rows.values());
    }

    /** What there is now. */
    List<Relation> tables() {
        return tables;
    }

    /** {@link #LATER} is made; it is not published yet. */
    void makeTable() {
        if (tables.equals(TABLES)) {
            tables = Stream.concat(TABLES.stream(), Stream.of(LATER)).toList();
        }
    }

    /** What is committed from now on reaches the stream, whichever table it is in. */
    void publishEverything() {
        everythingPublished = tables.contains(LATER);
    }

    /** OIDs of what is there and does not reach the stream. */
    Set<Long> unpublished() {
        return tables.contains(LATER) && !everythingPublished ? Set.of(LATER.oid()) : Set.of();
    }

    boolean isUp() {
        return up;
    }

    /** Whether questions to it fail now and then. */
    void flaky(boolean now) {
        flaky = now;
    }

    boolean isFlaky() {
        return flaky && random.nextInt(30) == 0;
    }

    void shutDown() {
        up = false;
    }

    /** What was confirmed since the slot was last written to disk is forgotten. */
    void startUp() {
        up = true;
        confirmedLsn = persistedLsn;
    }

    void createSlot() {
        slotExists = true;
        confirmedLsn = lsn;
        persistedLsn = lsn;
    }

    void dropSlot() {
        slotExists = false;
    }

    @Nullable Position confirmed() {
        return slotExists ? Position.boundary(confirmedLsn) : null;
    }

    void confirm(Position position) {
        if (slotExists) {
            confirmedLsn = Math.max(confirmedLsn, position.lsn());
            if (random.nextInt(3) == 0) {
                persistedLsn = confirmedLsn;
            }
        }
    }
}
