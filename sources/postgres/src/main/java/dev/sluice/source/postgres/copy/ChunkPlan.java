package dev.sluice.source.postgres.copy;

import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.KeyRange;
import dev.sluice.engine.source.TableCopy;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * In which pieces the tables are read. Only what lies in one heap can be divided: a partitioned table, or one of another
 * access method, stays whole. It is divided by key where rows lie in the order of their key, as a copy that was broken off
 * can then go on with the pieces that it lacks; otherwise by page.
 */
public final class ChunkPlan {
    /** However large a table is: each chunk has a row in the target's records, and an entry here. */
    private static final long MOST_CHUNKS = 10_000;

    private static final String HEAPS = """
            SELECT c.oid, c.relfilenode, pg_relation_size(c.oid) / current_setting('block_size')::int AS pages
            FROM pg_class c JOIN pg_am a ON a.oid = c.relam
            WHERE c.oid = ANY (?::oid[]) AND c.relkind = 'r' AND a.amname = 'heap'
            """;

    /** Above this part of pages whose keys go on growing, reading by key hardly costs more than reading by page. */
    private static final double SORTED = 0.9;

    /** Ranges of keys that were copied are of use only if the rest is read in ranges of keys, too. */
    private static final double SORTED_ENOUGH_TO_GO_ON = 0.1;

    /** Leading columns of primary keys that are integers, in tables whose changes always name it. */
    private static final String KEYS = """
            SELECT c.oid, a.attname
            FROM pg_class c
            JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND i.indisvalid AND i.indimmediate
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
            WHERE c.oid = ANY (?::oid[]) AND c.relreplident IN ('d', 'f')
              AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
            """;

    private final List<TableCopy> copies = new ArrayList<>();
    private final Map<Key, PageRange> ranges = new HashMap<>();

    private ChunkPlan() {}

    private record Key(long oid, CopyChunk chunk) {}

    private record Heap(long fileNode, long pages) {}

    /** The leading key column, and its least value on the first page of each chunk but the first. */
    private record SortedKey(String column, List<Long> bounds) {}

    /**
     * Blocks.
     *
     * @param connection in a transaction at the snapshot
     * @param sizes bytes by OID
     * @param chunkBytes how much of a table is about one chunk, TOAST included
     * @param begun OIDs of tables of which chunks by key are held; rows may have moved to other pages since
     */
    public static ChunkPlan make(
            Connection connection, List<Table> tables, Map<Long, Long> sizes, long chunkBytes, Set<Long> begun)
            throws SQLException {
        List<Long> large = tables.stream()
                .map(Table::oid)
                .filter(oid -> sizes.getOrDefault(oid, 0L) > chunkBytes)
                .toList();
        Map<Long, Heap> heaps = large.isEmpty() ? Map.of() : heaps(connection, large);
        Map<Long, String> keys = large.isEmpty() ? Map.of() : keys(connection, large);
        ChunkPlan plan = new ChunkPlan();
        List<Table> largestFirst = tables.stream()
                .sorted(Comparator.comparingLong((Table table) -> sizes.getOrDefault(table.oid(), 0L))
                        .reversed())
                .toList();
        for (Table table : largestFirst) {
            long bytes = sizes.getOrDefault(table.oid(), 0L);
            Heap heap = heaps.get(table.oid());
            long wanted = heap == null ? 1 : Math.min(Math.min(ceilDiv(bytes, chunkBytes), heap.pages), MOST_CHUNKS);
            if (heap == null || wanted <= 1) {
                plan.copies.add(new TableCopy(table.relation(), CopyChunk.WHOLE, table.estimatedRows(), bytes));
                continue;
            }
            long pagesEach = ceilDiv(heap.pages, wanted);
            double least = begun.contains(table.oid()) ? SORTED_ENOUGH_TO_GO_ON : SORTED;
            SortedKey key = sortedKey(connection, table, heap, pagesEach, keys.get(table.oid()), least);
            if (key == null) {
                plan.addByPage(table, bytes, heap, pagesEach);
            } else {
                plan.addByKey(table, bytes, heap, key);
            }
        }
        return plan;
    }

    private static Map<Long, String> keys(Connection connection, List<Long> oids) throws SQLException {
        Map<Long, String> keys = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(KEYS)) {
            statement.setArray(1, connection.createArrayOf("int8", oids.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    keys.put(rows.getLong(1), rows.getString(2));
                }
            }
        }
        return keys;
    }

    /** Null if too few rows lie in the order of the key. Reads one page for each chunk. */
    private static @Nullable SortedKey sortedKey(
            Connection connection, Table table, Heap heap, long pagesEach, @Nullable String column, double least)
            throws SQLException {
        if (column == null) {
            return null;
        }
        // Without OFFSET 0 the least key is looked for in the index, from its beginning on, until one lies on the page.
        String query =
                "SELECT (SELECT min(k.value) FROM (SELECT t." + Identifiers.quote(column) + " AS value FROM ONLY "
                        + table.sqlName() + " t WHERE t.ctid >= format('(%s,0)', b.page)::tid"
                        + " AND t.ctid < format('(%s,0)', b.page + 1)::tid OFFSET 0) AS k)"
                        + " FROM generate_series(?::int8, ?::int8, ?::int8) AS b(page) ORDER BY b.page";
        List<Long> sampled = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setLong(1, pagesEach);
            statement.setLong(2, heap.pages - 1);
            statement.setLong(3, pagesEach);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    long key = rows.getLong(1);
                    if (!rows.wasNull()) {
                        sampled.add(key);
                    }
                }
            }
        }
        List<Long> inOrder = inOrder(sampled);
        return inOrder.isEmpty() || inOrder.size() < least * sampled.size()
                ? null
                : new SortedKey(column, inOrder.stream().distinct().toList());
    }

    /** The most of them that grow from one to the next, others left out between them. */
    static List<Long> inOrder(List<Long> keys) {
        int[] before = new int[keys.size()];
        int[] ends = new int[keys.size()]; // of the growing row of each length the index of the least end
        int longest = 0;
        for (int i = 0; i < keys.size(); i++) {
            int low = 0;
            int high = longest;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (keys.get(ends[middle]) <= keys.get(i)) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            before[i] = low == 0 ? -1 : ends[low - 1];
            ends[low] = i;
            longest = Math.max(longest, low + 1);
        }
        Deque<Long> found = new ArrayDeque<>();
        for (int i = longest == 0 ? -1 : ends[longest - 1]; i >= 0; i = before[i]) {
            found.addFirst(keys.get(i));
        }
        return List.copyOf(found);
    }

    private void addByKey(Table table, long bytes, Heap heap, SortedKey key) {
        int count = key.bounds().size() + 1;
        for (int number = 1; number <= count; number++) {
            Long from = number == 1 ? null : key.bounds().get(number - 2);
            Long to = number == count ? null : key.bounds().get(number - 1);
            KeyRange range = new KeyRange(key.column(), from, to, heap.fileNode);
            add(table, bytes, new CopyChunk(number, count, range));
        }
    }

    private void add(Table table, long bytes, CopyChunk chunk) {
        long rows = table.estimatedRows() < 0 ? -1 : share(table.estimatedRows(), chunk);
        copies.add(new TableCopy(table.relation(), chunk, rows, share(bytes, chunk)));
    }

    private static Map<Long, Heap> heaps(Connection connection, List<Long> oids) throws SQLException {
        Map<Long, Heap> heaps = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(HEAPS)) {
            statement.setArray(1, connection.createArrayOf("int8", oids.toArray()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    heaps.put(rows.getLong(1), new Heap(rows.getLong(2), rows.getLong(3)));
                }
            }
        }
        return heaps;
    }

    private void addByPage(Table table, long bytes, Heap heap, long pagesEach) {
        int count = Math.toIntExact(ceilDiv(heap.pages, pagesEach));
        for (int number = 1; number <= count; number++) {
            CopyChunk chunk = new CopyChunk(number, count);
            add(table, bytes, chunk);
            long to = number == count ? PageRange.END : number * pagesEach;
            ranges.put(new Key(table.oid(), chunk), new PageRange((number - 1) * pagesEach, to, heap.fileNode));
        }
    }

    /** So that the shares add up to the whole. */
    private static long share(long whole, CopyChunk chunk) {
        return whole / chunk.count() + (chunk.number() <= whole % chunk.count() ? 1 : 0);
    }

    private static long ceilDiv(long dividend, long divisor) {
        return (dividend + divisor - 1) / divisor;
    }

    /** The largest table first, so that the last worker does not end long after the others. */
    List<TableCopy> copies() {
        return List.copyOf(copies);
    }

    /** Which pages these are; null for a whole table, and for a range of keys. */
    @Nullable PageRange range(TableCopy copy) {
        return ranges.get(new Key(copy.relation().oid(), copy.chunk()));
    }
}
