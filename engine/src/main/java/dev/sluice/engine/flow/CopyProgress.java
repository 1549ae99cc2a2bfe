package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.source.TableCopy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How far one lane's first copy is, table by table. Safe for any thread. */
final class CopyProgress {
    private final Map<String, Table> tables = new LinkedHashMap<>();

    /** The chunks of a table by number. */
    private record Table(String name, Map<Integer, Chunk> chunks) {
        TableProgress progress() {
            long rows = 0;
            long bytes = 0;
            long estimated = 0;
            boolean finished = true;
            for (Chunk chunk : chunks.values()) {
                rows += chunk.rows;
                bytes += chunk.bytes;
                estimated = estimated < 0 || chunk.estimatedRows < 0 ? -1 : estimated + chunk.estimatedRows;
                finished &= chunk.finished;
            }
            return new TableProgress(name, rows, bytes, estimated, finished);
        }
    }

    private record Chunk(long rows, long bytes, long estimatedRows, boolean finished) {}

    /** A copy begins: what an earlier attempt had got does not count. */
    synchronized void begin(List<TableCopy> planned) {
        tables.clear();
        planned.forEach(this::beginChunk);
    }

    /** A chunk is read from its first row on. */
    synchronized void beginChunk(TableCopy copy) {
        chunks(copy).put(copy.chunk().number(), new Chunk(0, 0, copy.estimatedRows(), false));
    }

    synchronized void add(TableCopy copy, ChangeBatch batch) {
        chunks(copy)
                .computeIfPresent(
                        copy.chunk().number(),
                        (number, sofar) -> new Chunk(
                                sofar.rows + batch.size(),
                                sofar.bytes + batch.bytes().length,
                                sofar.estimatedRows,
                                false));
    }

    synchronized void finish(TableCopy copy) {
        chunks(copy)
                .computeIfPresent(
                        copy.chunk().number(),
                        (number, sofar) -> new Chunk(sofar.rows, sofar.bytes, sofar.estimatedRows, true));
    }

    private Map<Integer, Chunk> chunks(TableCopy copy) {
        String name = copy.relation().displayName();
        return tables.computeIfAbsent(name, made -> new Table(made, new LinkedHashMap<>()))
                .chunks();
    }

    /** Number of tables. */
    synchronized int size() {
        return tables.size();
    }

    /** Number of tables that are done. */
    synchronized long finished() {
        return tables.values().stream()
                .filter(table -> table.progress().finished())
                .count();
    }

    synchronized List<TableProgress> tables() {
        return tables.values().stream().map(Table::progress).toList();
    }
}
