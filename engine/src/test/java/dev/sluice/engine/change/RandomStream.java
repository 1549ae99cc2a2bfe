package dev.sluice.engine.change;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** A random stream of transactions, as batches and as a plain list. */
final class RandomStream {
    static final List<Relation> TABLES = List.of(table("a"), table("b"), table("c"));

    private final Random random;
    private final ChangeBatchBuilder builder = new ChangeBatchBuilder(1_000);
    private final List<Entry> entries = new ArrayList<>();
    private final List<Position> boundaries = new ArrayList<>();
    private Position last = Position.NONE;
    private long lsn = 1_000;
    private long open;
    private long ordinal;
    private int value;

    RandomStream(Random random) {
        this.random = random;
    }

    record Entry(Position position, String table, Operation operation, String value) {}

    private static Relation table(String name) {
        DataType int4 = new DataType.Base(23, "pg_catalog", "int4");
        Column column = new Column("value", int4, -1, "integer", true, true, 0);
        return new Relation(1, "public", name, ReplicaIdentity.DEFAULT, List.of(column));
    }

    static void add(ChangeBatchBuilder builder, Relation table, int value) {
        byte[] tuple = tuple(value);
        builder.add(Operation.INSERT, table, OldTuple.NONE, tuple, 0, 0, 0, tuple.length);
    }

    private static byte[] tuple(int value) {
        byte[] text = Integer.toString(value).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(7 + text.length)
                .putShort((short) 1)
                .put((byte) 't')
                .putInt(text.length)
                .put(text)
                .array();
    }

    /** The next batches, each of a few events. */
    List<ChangeBatch> batches(int count) {
        List<ChangeBatch> batches = new ArrayList<>();
        while (batches.size() < count) {
            for (int events = random.nextInt(12); events > 0; events--) {
                event();
            }
            if (!builder.isEmpty()) {
                batches.add(builder.build());
                last = batches.get(batches.size() - 1).last();
            }
        }
        return batches;
    }

    private void event() {
        if (open == 0) {
            lsn += random.nextInt(3);
            if (random.nextInt(4) == 0) {
                boundary();
                return;
            }
            open = lsn;
            ordinal = 0;
            builder.begin(new Transaction(lsn, lsn, lsn));
        } else if (random.nextInt(4) == 0) {
            lsn += 1 + random.nextInt(3);
            open = 0;
            boundary();
        } else if (random.nextInt(6) == 0) {
            ordinal++;
            builder.skip();
        } else {
            ordinal++;
            change();
        }
    }

    private void boundary() {
        builder.boundary(lsn);
        boundaries.add(Position.boundary(lsn));
    }

    private void change() {
        Relation table = TABLES.get(random.nextInt(TABLES.size()));
        value++;
        if (random.nextBoolean()) {
            add(builder, table, value);
            entries.add(new Entry(new Position(open, ordinal), table.name(), Operation.INSERT, "" + value));
        } else {
            byte[] tuple = tuple(value);
            builder.add(Operation.DELETE, table, OldTuple.KEY, tuple, 0, tuple.length, 0, 0);
            entries.add(new Entry(new Position(open, ordinal), table.name(), Operation.DELETE, "" + value));
        }
    }

    List<Entry> entries() {
        return entries;
    }

    Position last() {
        return last;
    }

    Position lastBoundary() {
        return boundaries.isEmpty() ? Position.NONE : boundaries.get(boundaries.size() - 1);
    }

    int countUpTo(Position position) {
        return (int) entries.stream()
                .filter(entry -> !entry.position().isAfter(position))
                .count();
    }

    /** Positions of changes, boundaries, and places between. */
    List<Position> somePositions() {
        List<Position> positions = new ArrayList<>(boundaries);
        entries.forEach(entry -> positions.add(entry.position()));
        for (long between = 1_000; between <= lsn; between += 2) {
            positions.add(Position.boundary(between));
        }
        positions.add(Position.NONE);
        return positions;
    }

    static List<Entry> read(ChangeBatch batch) {
        TupleCursor cursor = new TupleCursor();
        List<Entry> read = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            boolean there = batch.hasRow(i) ? cursor.toRow(batch, i) : cursor.toOld(batch, i);
            if (!there || !cursor.next()) {
                throw new AssertionError("change " + i + " has no value");
            }
            read.add(new Entry(batch.position(i), batch.relation(i).name(), batch.operation(i), cursor.text()));
        }
        return read;
    }
}
