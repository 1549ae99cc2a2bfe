package dev.sluice.daemon.verify;

import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.engine.route.Route;
import dev.sluice.postgres.Connections;
import dev.sluice.source.postgres.FollowedTables;
import dev.sluice.source.postgres.SourceSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The sequences behind the tables of a pipeline. Logical decoding does not send their values, so a target that is to take
 * over has to be told. Blocking; one thread.
 */
public final class Sequences implements AutoCloseable {
    private final Connection source;
    private final Connection target;

    private Sequences(Connection source, Connection target) {
        this.source = source;
        this.target = target;
    }

    public static Sequences open(Connections source, Connections target) {
        Connection here = Side.SOURCE.open(source);
        try {
            return new Sequences(here, Side.TARGET.open(target));
        } catch (SyncException e) {
            Side.SOURCE.tell("close the connection", here::close);
            throw e;
        }
    }

    /** Those that belong to columns of the tables which a sink gets, and those in the tables' schemas that belong to none. */
    public List<SequencePair> pairs(SourceSettings settings, Route route) {
        List<Relation> tables = Side.SOURCE.run("read what is followed", () -> FollowedTables.of(source, settings)
                .tables(source));
        return pairs(tables.stream().filter(route::includes).map(route::shape).toList());
    }

    private List<SequencePair> pairs(List<Relation> tables) {
        Set<String> schemas = new TreeSet<>();
        Set<String> columns = new HashSet<>();
        for (Relation table : tables) {
            schemas.add(table.schema());
            table.columns().forEach(column -> columns.add(table.displayName() + "." + column.name()));
        }
        List<Sequence> here = Side.SOURCE.run("read the sequences", () -> Sequence.of(source, schemas));
        List<Sequence> there = Side.TARGET.run("read the sequences", () -> Sequence.of(target, schemas));
        Map<String, Sequence> byOwner = new HashMap<>();
        Map<String, Sequence> byName = new HashMap<>();
        for (Sequence sequence : there) {
            byName.put(sequence.displayName(), sequence);
            if (sequence.owner() != null) {
                byOwner.put(sequence.owner(), sequence);
            }
        }
        return here.stream()
                .filter(sequence -> sequence.owner() == null || columns.contains(sequence.owner()))
                .map(sequence -> new SequencePair(sequence, counterpart(sequence, byOwner, byName)))
                .toList();
    }

    private static @Nullable Sequence counterpart(
            Sequence sequence, Map<String, Sequence> byOwner, Map<String, Sequence> byName) {
        Sequence ofSameColumn = sequence.owner() == null ? null : byOwner.get(sequence.owner());
        return ofSameColumn != null ? ofSameColumn : byName.get(sequence.displayName());
    }

    /** Moves the target's sequence to where the source's is; never back. */
    public void advance(SequencePair pair) {
        Sequence behind = Objects.requireNonNull(pair.target());
        long value = Objects.requireNonNull(pair.source().value());
        Side.TARGET.tell(
                "set sequence " + behind.displayName() + " to " + value + " (GRANT UPDATE ON SEQUENCE "
                        + behind.sqlName() + " allows it)",
                () -> setValue(behind, value));
    }

    private void setValue(Sequence sequence, long value) throws SQLException {
        try (PreparedStatement statement = target.prepareStatement("SELECT setval(?::regclass, ?, true)")) {
            statement.setString(1, sequence.sqlName());
            statement.setLong(2, value);
            statement.execute();
        }
    }

    @Override
    public void close() {
        Side.TARGET.tell("close the connection", target::close);
        Side.SOURCE.tell("close the connection", source::close);
    }
}
