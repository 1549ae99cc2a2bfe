package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.source.TableCopy;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/** How far one lane's copy is, table by table. Safe for any thread. */
final class CopyProgress {
    private static final long NEVER = -1;
    private static final double ALMOST = 0.99;

    private final LongSupplier clock;
    private final Map<String, Table> tables = new LinkedHashMap<>();
    private volatile CopyWay way = CopyWay.FIRST;

    /** @param clock milliseconds */
    CopyProgress(LongSupplier clock) {
        this.clock = clock;
    }

    /** One table: its chunks by number. */
    private static final class Table {
        private final Map<Integer, Chunk> chunks = new LinkedHashMap<>();
        private long began = NEVER;
        private long changed = NEVER;

        boolean isFinished() {
            return chunks.values().stream().allMatch(Chunk::finished);
        }

        Duration elapsed(long now) {
            return Duration.ofMillis(began == NEVER ? 0 : (isFinished() ? changed : now) - began);
        }

        TableProgress progress(String name, long now) {
            long rows = 0;
            long bytes = 0;
            long estimated = 0;
            for (Chunk chunk : chunks.values()) {
                rows += chunk.rows;
                bytes += chunk.bytes;
                estimated = estimated < 0 || chunk.estimatedRows < 0 ? -1 : estimated + chunk.estimatedRows;
            }
            return new TableProgress(name, rows, bytes, estimated, done(chunks.values()), elapsed(now), isFinished());
        }
    }

    /** @param size what it takes on the source's disk */
    private record Chunk(long rows, long bytes, long estimatedRows, long size, boolean finished) {
        static Chunk of(TableCopy copy) {
            return new Chunk(0, 0, copy.estimatedRows(), Math.max(1, copy.estimatedBytes()), false);
        }

        Chunk with(ChangeBatch batch) {
            return new Chunk(rows + batch.size(), bytes + batch.bytes().length, estimatedRows, size, false);
        }

        Chunk asFinished() {
            return new Chunk(rows, bytes, estimatedRows, size, true);
        }

        double sizeDone() {
            double share = estimatedRows <= 0 ? 0 : Math.min(ALMOST, (double) rows / estimatedRows);
            return size * (finished ? 1 : share);
        }
    }

    private static double done(Collection<Chunk> chunks) {
        double size = chunks.stream().mapToDouble(Chunk::size).sum();
        return size == 0 ? 1 : chunks.stream().mapToDouble(Chunk::sizeDone).sum() / size;
    }

    /**
     * A copy begins or goes on: what an earlier attempt had got does not count.
     *
     * @param kept what was copied before and stays
     */
    synchronized void begin(CopyWay from, List<TableCopy> planned, List<CopiedChunk> kept) {
        way = from;
        Map<String, Set<Integer>> held = new HashMap<>();
        planned.forEach(copy -> held.put(copy.relation().displayName(), new HashSet<>()));
        kept.forEach(chunk -> held.computeIfPresent(chunk.displayName(), (name, numbers) -> {
            numbers.add(chunk.chunk().number());
            return numbers;
        }));
        tables.keySet().retainAll(held.keySet());
        tables.forEach((name, table) -> table.chunks.keySet().retainAll(held.getOrDefault(name, Set.of())));
        planned.forEach(copy -> table(copy).chunks.put(copy.chunk().number(), Chunk.of(copy)));
    }

    /** A chunk is read from its first row on. */
    synchronized void beginChunk(TableCopy copy) {
        Table table = table(copy);
        table.chunks.put(copy.chunk().number(), Chunk.of(copy));
        table.changed = clock.getAsLong();
        table.began = table.began == NEVER ? table.changed : table.began;
    }

    synchronized void add(TableCopy copy, ChangeBatch batch) {
        table(copy).chunks.computeIfPresent(copy.chunk().number(), (number, sofar) -> sofar.with(batch));
    }

    synchronized void finish(TableCopy copy) {
        Table table = table(copy);
        table.chunks.computeIfPresent(copy.chunk().number(), (number, sofar) -> sofar.asFinished());
        table.changed = clock.getAsLong();
    }

    private Table table(TableCopy copy) {
        return tables.computeIfAbsent(copy.relation().displayName(), name -> new Table());
    }

    synchronized CopyStatus status() {
        if (tables.isEmpty()) {
            return CopyStatus.NONE;
        }
        long now = clock.getAsLong();
        List<TableProgress> progress = tables.entrySet().stream()
                .map(entry -> entry.getValue().progress(entry.getKey(), now))
                .toList();
        return new CopyStatus(way, progress, done(), elapsed(now));
    }

    private Duration elapsed(long now) {
        List<Table> begun =
                tables.values().stream().filter(table -> table.began != NEVER).toList();
        if (begun.isEmpty()) {
            return Duration.ZERO;
        }
        boolean finished = tables.values().stream().allMatch(Table::isFinished);
        long end = finished
                ? begun.stream().mapToLong(table -> table.changed).max().orElse(now)
                : now;
        return Duration.ofMillis(
                end - begun.stream().mapToLong(table -> table.began).min().orElse(now));
    }

    CopyWay way() {
        return way;
    }

    /** Number of tables. */
    synchronized int size() {
        return tables.size();
    }

    /** Number of tables that are done. */
    synchronized long finished() {
        return tables.values().stream().filter(Table::isFinished).count();
    }

    /** Share of all that is done, from 0 to 1. */
    synchronized double done() {
        return done(tables.values().stream()
                .flatMap(table -> table.chunks.values().stream())
                .toList());
    }
}
