package dev.sluice.engine.flow;

import dev.sluice.engine.change.ChangeBatch;
import dev.sluice.engine.change.Operation;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.TupleCursor;
import dev.sluice.engine.flow.ModelServer.Row;
import dev.sluice.engine.route.Route;
import dev.sluice.engine.route.RouteConfig;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What survives in the system behind a sink, and what it must be. One for the whole simulation. */
final class ModelTarget {
    final String name;
    final boolean transactional;
    private final ModelServer server;
    private final RouteConfig routed;
    private final Route filter;
    private final TupleCursor cursor = new TupleCursor();

    /** Rows of the first copy by the snapshot they were read at, then by table. */
    private final Map<Position, Map<String, List<Integer>>> copies = new HashMap<>();

    /** Number of the change applied last. */
    private int applied;
    /** The highest number ever applied. */
    private int highest;

    private boolean mayRepeat;

    /** Only for a transactional target: what it says when it is opened. */
    private Position position = Position.NONE;

    private @Nullable Position prepared;

    ModelTarget(String name, boolean transactional, ModelServer server, RouteConfig routed) {
        this.name = name;
        this.transactional = transactional;
        this.server = server;
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
        return routed.operations() == null
                || routed.operations().contains(row.operation().name().toLowerCase(java.util.Locale.ROOT));
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

    void addCopied(Position snapshot, String table, List<Integer> rows) {
        copies.computeIfAbsent(snapshot, at -> new HashMap<>())
                .computeIfAbsent(table, of -> new ArrayList<>())
                .addAll(rows);
    }

    void prepare(Position snapshot) {
        require(position.isNone(), () -> "prepared again although it is at " + position);
        copies.clear();
        prepared = snapshot;
    }

    void requirePrepared(Position snapshot) {
        require(snapshot.equals(prepared), () -> "copied at " + snapshot + " but prepared for " + prepared);
    }

    void completeCopy(Position snapshot) {
        if (position.isNone()) {
            requirePrepared(snapshot);
            position = snapshot;
        }
    }

    void commit(Position boundary) {
        require(boundary.isBoundary() && !position.isAfter(boundary), () -> "position back to " + boundary);
        position = boundary;
    }

    /** The state says that every row is here as of {@code snapshot}: it must be so. */
    void requireCopied(Position snapshot) {
        for (var table : ModelServer.TABLES) {
            Set<Integer> expected = new HashSet<>();
            if (filter.includes(table)
                    && (routed.operations() == null || routed.operations().contains("insert"))) {
                server.rows(table, snapshot).forEach(row -> expected.add(row.number()));
            }
            List<Integer> rows = copies.getOrDefault(snapshot, Map.of()).getOrDefault(table.name(), List.of());
            require(
                    expected.equals(new HashSet<>(rows)),
                    () -> table.name() + " has " + rows + ", expected " + expected);
            require(
                    !transactional || rows.size() == expected.size(),
                    () -> table.name() + " was copied twice: " + rows);
        }
        applied = server.changesUpTo(snapshot) - 1;
        highest = applied;
        mayRepeat = false;
    }

    /** Nothing is missing. */
    void requireComplete() {
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
