package dev.sluice.source.postgres.copy;

import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.source.TableCopy;
import dev.sluice.postgres.Table;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * In which pieces the tables are read. Only what lies in one heap can be divided by page: a partitioned table, or one of
 * another access method, stays whole.
 */
public final class ChunkPlan {
    /** However large a table is: each chunk has a row in the target's records, and an entry here. */
    private static final long MOST_CHUNKS = 10_000;

    private static final String HEAPS = """
            SELECT c.oid, c.relfilenode, pg_relation_size(c.oid) / current_setting('block_size')::int AS pages
            FROM pg_class c JOIN pg_am a ON a.oid = c.relam
            WHERE c.oid = ANY (?::oid[]) AND c.relkind = 'r' AND a.amname = 'heap'
            """;

    private final List<TableCopy> copies = new ArrayList<>();
    private final Map<Key, PageRange> ranges = new HashMap<>();

    private ChunkPlan() {}

    private record Key(long oid, CopyChunk chunk) {}

    private record Heap(long fileNode, long pages) {}

    /**
     * Blocks.
     *
     * @param connection in a transaction at the snapshot
     * @param sizes bytes by OID
     * @param chunkBytes how much of a table is about one chunk, TOAST included
     */
    public static ChunkPlan make(Connection connection, List<Table> tables, Map<Long, Long> sizes, long chunkBytes)
            throws SQLException {
        List<Long> large = tables.stream()
                .map(Table::oid)
                .filter(oid -> sizes.getOrDefault(oid, 0L) > chunkBytes)
                .toList();
        Map<Long, Heap> heaps = large.isEmpty() ? Map.of() : heaps(connection, large);
        ChunkPlan plan = new ChunkPlan();
        tables.stream()
                .sorted(Comparator.comparingLong((Table table) -> sizes.getOrDefault(table.oid(), 0L))
                        .reversed())
                .forEach(table ->
                        plan.add(table, sizes.getOrDefault(table.oid(), 0L), heaps.get(table.oid()), chunkBytes));
        return plan;
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

    private void add(Table table, long bytes, @Nullable Heap heap, long chunkBytes) {
        long pages = heap == null ? 0 : heap.pages;
        long wanted = Math.min(Math.min(ceilDiv(bytes, chunkBytes), pages), MOST_CHUNKS);
        if (heap == null || wanted <= 1) {
            copies.add(new TableCopy(table.relation(), CopyChunk.WHOLE, table.estimatedRows(), bytes));
            return;
        }
        long pagesEach = ceilDiv(pages, wanted);
        int count = Math.toIntExact(ceilDiv(pages, pagesEach));
        for (int number = 1; number <= count; number++) {
            CopyChunk chunk = new CopyChunk(number, count);
            long rows = table.estimatedRows() < 0 ? -1 : share(table.estimatedRows(), chunk);
            copies.add(new TableCopy(table.relation(), chunk, rows, share(bytes, chunk)));
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

    /** Which pages these are; null for a whole table. */
    @Nullable PageRange range(TableCopy copy) {
        return ranges.get(new Key(copy.relation().oid(), copy.chunk()));
    }
}
