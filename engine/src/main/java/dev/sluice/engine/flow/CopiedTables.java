package dev.sluice.engine.flow;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.Relation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Copied chunks by their table, found by its OID and by its name: a table keeps its OID when it is renamed, and one that is
 * made anew its name. Immutable.
 */
final class CopiedTables {
    private final Map<Long, List<CopiedChunk>> byOid = new HashMap<>();
    private final Map<String, List<CopiedChunk>> byName = new HashMap<>();

    CopiedTables(Collection<CopiedChunk> chunks) {
        for (CopiedChunk chunk : chunks) {
            byOid.computeIfAbsent(chunk.relation(), oid -> new ArrayList<>()).add(chunk);
            byName.computeIfAbsent(name(chunk.schema(), chunk.table()), name -> new ArrayList<>())
                    .add(chunk);
        }
    }

    private static String name(String schema, String table) {
        return schema.length() + schema + table;
    }

    List<CopiedChunk> of(Relation table) {
        List<CopiedChunk> same = byOid.getOrDefault(table.oid(), List.of());
        List<CopiedChunk> named = byName.getOrDefault(name(table.schema(), table.name()), List.of());
        if (named.stream().allMatch(chunk -> chunk.relation() == table.oid())) {
            return same;
        }
        List<CopiedChunk> both = new ArrayList<>(same);
        named.stream().filter(chunk -> chunk.relation() != table.oid()).forEach(both::add);
        return both;
    }
}
