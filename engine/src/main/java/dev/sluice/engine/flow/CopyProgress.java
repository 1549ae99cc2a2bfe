package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.source.TableCopy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How far one lane's first copy is, table by table. Safe for any thread. */
final class CopyProgress {
    private final Map<String, TableProgress> tables = new LinkedHashMap<>();

    /** A copy begins: what an earlier attempt had got does not count. */
    synchronized void begin(List<TableCopy> planned) {
        tables.clear();
        planned.forEach(this::beginTable);
    }

    /** A table is read from its first row on. */
    synchronized void beginTable(TableCopy table) {
        tables.put(name(table), new TableProgress(name(table), 0, 0, table.estimatedRows(), false));
    }

    synchronized void add(TableCopy table, ChangeBatch batch) {
        tables.computeIfPresent(
                name(table),
                (name, sofar) -> new TableProgress(
                        name,
                        sofar.rows() + batch.size(),
                        sofar.bytes() + batch.bytes().length,
                        sofar.estimatedRows(),
                        false));
    }

    synchronized void finish(TableCopy table) {
        tables.computeIfPresent(
                name(table),
                (name, sofar) -> new TableProgress(name, sofar.rows(), sofar.bytes(), sofar.estimatedRows(), true));
    }

    /** Number of tables. */
    synchronized int size() {
        return tables.size();
    }

    /** Number of tables that are done. */
    synchronized long finished() {
        return tables.values().stream().filter(TableProgress::finished).count();
    }

    synchronized List<TableProgress> tables() {
        return List.copyOf(tables.values());
    }

    private static String name(TableCopy table) {
        return table.relation().displayName();
    }
}
