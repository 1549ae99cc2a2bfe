package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.KeyRange;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.TupleCursor;
import dev.sluice.engine.flow.ModelServer.Row;
import dev.sluice.engine.route.Route;
import dev.sluice.engine.route.RouteConfig;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** What survives in the system behind a sink, and what it must be. One for the whole simulation. */
final class ModelTarget {
    final String name;
    final boolean transactional;
    private final ModelServer server;
    private final ModelStore store;
    private final RouteConfig routed;
    private final Route filter;
    private final TupleCursor cursor = new TupleCursor();

    /** Rows that were copied into a target that keeps no records, by the snapshot they were read at, then by table. */
    private final Map<Position, Map<String, Set<Integer>>> read = new HashMap<>();

    /** Rows that were copied into a target that keeps records. */
    private final Map<CopiedChunk, List<Integer>> copies = new LinkedHashMap<>();

    /** What makes up the copy, once it is complete. */
    private List<CopiedChunk> complete = List.of();

    /** Whether it is to get everything after the first copy. */
    private boolean cameLater;

    /** Number of the change applied last. */
    private int applied;
    /** The highest number ever applied. */
    private int highest;

    private boolean mayRepeat;

    /** Only for a transactional target: what it says when it is opened. */
    private Position position = Position.NONE;

    private Position prepared = Position.NONE;

    ModelTarget(String name, boolean transactional, ModelServer server, ModelStore store, RouteConfig routed) {
        this.name = name;
        this.transactional = transactional;
        this.server = server;
        this.store = store;
        this.routed = routed;
        this.filter = Route.of(routed);
    }

    /** A route of its own for each process, as in reality. */
    Route route() {
        return Route.of(routed);
    }

    Position position() {
        return position;
    }

    private boolean gets(Row row) {
        if (!row.published() || !filter.includes(row.table())) {
            return false;
        }
        return (routed.operations() == null
                        || routed.operations().contains(row.operation().name().toLowerCase(java.util.Locale.ROOT)))
                && held(row).stream()
                        .anyMatch(chunk -> isIn(row, chunk) && row.position().isAfter(chunk.readAt()));
    }

    /** Pages count only as a whole table. */
    private List<CopiedChunk> held(Row row) {
        if (!cameLater && row.table() != ModelServer.LATER) {
            return complete;
        }
        List<CopiedChunk> chunks = of(row.table(), recorded());
        return chunks.stream().allMatch(chunk -> chunk.chunk().range() != null) || isWhole(chunks) ? chunks : List.of();
    }

    private static boolean isWhole(List<CopiedChunk> chunks) {
        List<KeyRange> ranges = chunks.stream()
                .flatMap(chunk -> Stream.ofNullable(chunk.chunk().range()))
                .toList();
        return ranges.isEmpty()
                ? !chunks.isEmpty() && chunks.size() == chunks.get(0).chunk().count()
                : KeyRange.coverEverything(ranges);
    }

    private static boolean isIn(Row row, CopiedChunk chunk) {
        KeyRange range = chunk.chunk().range();
        return chunk.relation() == row.table().oid() && (range == null || range.contains(row.key()));
    }

    /** Number of the next change that this target gets after {@code number}, or the number of all changes. */
    int nextAfter(int number) {
        int next = number + 1;
        while (next < server.changes().size() && !gets(server.changes().get(next))) {
            next++;
        }
        return next;
    }

    /** Reads a change as the sink got it, and checks every part of it; returns its number. */
    int read(ChangeBatch batch, int change) {
        boolean row = batch.operation(change) != Operation.DELETE;
        require(row ? cursor.toRow(batch, change) : cursor.toOld(batch, change), () -> "a change without a tuple");
        Map<String, String> values = new HashMap<>();
        while (cursor.next()) {
            values.put(cursor.column().name(), cursor.text());
        }
        int number = Integer.parseInt(values.getOrDefault("number", "-1"));
        Row expected = server.changes().get(number);
        require(
                expected.table().name().equals(batch.relation(change).name()),
                () -> "a row of another table: " + values);
        require(Integer.toString(expected.key()).equals(values.get("key")), () -> "another key: " + values);
        String payload = values.get("payload");
        require(
                payload == null ? routed.columns() != null : payload.equals(expected.payload()),
                () -> "payload: " + values);
        if (batch.operation(change) != Operation.READ) {
            require(expected.position().equals(batch.position(change)), () -> "position of change " + number);
            require(expected.operation() == batch.operation(change), () -> "operation of change " + number);
            require(gets(expected), () -> "change " + number + " should have been left out");
        }
        return number;
    }

    /** A change has been written; it stays. */
    void apply(int number, Position repeatable) {
        if (mayRepeat && number <= highest) {
            require(
                    server.changes().get(number).position().isAfter(repeatable),
                    () -> "change " + number + " was durable already at " + repeatable);
        } else {
            int expected = nextAfter(mayRepeat ? highest : applied);
            require(number == expected, () -> "change " + number + " came after " + applied + ", expected " + expected);
        }
        mayRepeat = false;
        applied = number;
        highest = Math.max(highest, number);
    }

    /** Whoever writes next may begin again with what was not durable. */
    void mayRepeat() {
        mayRepeat = true;
    }

    int applied() {
        return applied;
    }

    void addRead(Position snapshot, String table, List<Integer> rows) {
        read.computeIfAbsent(snapshot, at -> new HashMap<>())
                .computeIfAbsent(table, of -> new HashSet<>())
                .addAll(rows);
    }

    void readAnew(String table) {
        read.values().forEach(tables -> tables.remove(table));
    }

    void addCopied(CopiedChunk chunk, List<Integer> rows) {
        require(!prepared.isAfter(chunk.readAt()), () -> chunk + " is older than the stream, from " + prepared);
        copies.put(chunk, rows);
    }

    /** What a restart would find of it, wherever that is kept. */
    private List<CopiedChunk> recorded() {
        return transactional ? copied() : store.recorded(name);
    }

    List<CopiedChunk> copied() {
        return List.copyOf(copies.keySet());
    }

    void prepare(Position start, List<CopiedChunk> kept) {
        require(copied().containsAll(kept), () -> "is to keep " + kept + ", has " + copied());
        require(
                position.isNone() || kept.containsAll(complete),
                () -> "prepared again, without " + complete + ", although it is at " + position);
        copies.keySet().retainAll(kept);
        prepared = start;
    }

    void completeCopy(Position start) {
        if (position.isNone()) {
            require(start.equals(prepared), () -> "begins at " + start + " but was prepared for " + prepared);
            position = start;
        }
    }

    void commit(Position boundary) {
        require(boundary.isBoundary() && !position.isAfter(boundary), () -> "position back to " + boundary);
        position = boundary;
    }

    /** The state says that these chunks hold every row, and that the stream goes on from {@code start}: it must be so. */
    void requireCopied(Position start) {
        List<CopiedChunk> chunks = recorded();
        for (Relation table : ModelServer.TABLES) {
            if (filter.includes(table)) {
                requireCopied(table, of(table, chunks));
            }
        }
        complete = chunks.stream()
                .filter(chunk -> chunk.relation() != ModelServer.LATER.oid())
                .toList();
        applied = server.changesUpTo(start) - 1;
        highest = applied;
        mayRepeat = false;
    }

    /** It came later, and gets what is committed after {@code start}, as far as it is not copied. */
    void begin(Position start) {
        cameLater = true;
        applied = server.changesUpTo(start) - 1;
        highest = applied;
    }

    private static List<CopiedChunk> of(Relation table, List<CopiedChunk> chunks) {
        return chunks.stream().filter(chunk -> chunk.relation() == table.oid()).toList();
    }

    /** Whether it holds each table that it is to have. */
    boolean holdsEverything() {
        return server.tables().stream().filter(filter::includes).allMatch(table -> isWhole(of(table, recorded())));
    }

    private void requireCopied(Relation table, List<CopiedChunk> chunks) {
        for (int key = 0; key < ModelServer.KEYS; key++) {
            long anyKey = key;
            require(
                    chunks.stream()
                                    .filter(chunk -> chunk.chunk().range() == null
                                            || chunk.chunk().range().contains(anyKey))
                                    .map(CopiedChunk::readAt)
                                    .distinct()
                                    .count()
                            == 1,
                    () -> table.name() + ": key " + anyKey + " is in " + chunks);
        }
        for (CopiedChunk chunk : chunks) {
            Set<Integer> expected = new HashSet<>();
            if (routed.operations() == null || routed.operations().contains("insert")) {
                server.rows(table, chunk.readAt()).stream()
                        .filter(row -> isIn(row, chunk))
                        .forEach(row -> expected.add(row.number()));
            }
            if (transactional) {
                List<Integer> rows = rowsOf(chunk, chunks);
                require(expected.equals(new HashSet<>(rows)), () -> chunk + " has " + rows + ", expected " + expected);
                require(rows.size() == expected.size(), () -> chunk + " was copied twice: " + rows);
            } else {
                Set<Integer> rows = read.getOrDefault(chunk.readAt(), Map.of()).getOrDefault(table.name(), Set.of());
                require(rows.containsAll(expected), () -> chunk + " has " + rows + ", expected " + expected);
            }
        }
    }

    /** Chunks without a range are looked at together. */
    private List<Integer> rowsOf(CopiedChunk chunk, List<CopiedChunk> chunks) {
        return chunks.stream()
                .filter(other ->
                        chunk.chunk().range() == null ? other.relation() == chunk.relation() : other.equals(chunk))
                .flatMap(other -> copies.getOrDefault(other, List.of()).stream())
                .toList();
    }

    /** Nothing is missing. */
    void requireComplete() {
        server.tables().stream()
                .filter(filter::includes)
                .filter(table -> cameLater || table == ModelServer.LATER)
                .forEach(table -> requireCopied(table, of(table, recorded())));
        require(
                nextAfter(applied) == server.changes().size(),
                () -> "ends at " + applied + " of " + server.changes().size());
    }

    void require(boolean condition, Supplier<String> otherwise) {
        if (!condition) {
            throw new AssertionError(name + ": " + otherwise.get());
        }
    }
}
