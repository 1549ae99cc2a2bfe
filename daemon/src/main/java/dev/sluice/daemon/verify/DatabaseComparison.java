package dev.sluice.daemon.verify;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Connections;
import dev.sluice.postgres.SqlStates;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Compares tables of a source with those of the same name in a target, row by row, at a common position. Servers hash and
 * order the rows, so memory here is bounded and values stay where they are. Changes no row. Blocking; one thread.
 */
public final class DatabaseComparison {
    private final Connections source;
    private final Connections target;
    private final CommonPosition position;
    private final Patience patience;

    /**
     * @param filling how far the target has got; null when nobody fills it, and what differs now differs
     */
    public DatabaseComparison(Connections source, Connections target, @Nullable Filling filling, Patience patience) {
        this.source = source;
        this.target = target;
        this.position = new CommonPosition(filling, patience.position());
        this.patience = patience;
    }

    /**
     * @param tables of the source, with the columns to compare
     * @param done told of each table when it is done
     * @throws SyncException when a server cannot be reached or refuses
     */
    public VerifyReport compare(List<Relation> tables, Consumer<TableReport> done) {
        return compare(tables, Map.of(), TargetNames.AS_IN_THE_SOURCE, done);
    }

    /**
     * @param conditions on the rows of some source tables, by {@link Relation#displayName}: others need not be in the target
     * @param names of the target's columns
     */
    VerifyReport compare(
            List<Relation> tables, Map<String, String> conditions, TargetNames names, Consumer<TableReport> done) {
        try (Connection left = Side.SOURCE.open(source);
                Connection right = Side.TARGET.open(target);
                Connection marks = Side.SOURCE.open(source)) {
            List<TableReport> reports = new ArrayList<>();
            for (Relation table : tables) {
                TableReport report = table(table, conditions.get(table.displayName()), names, left, right, marks);
                reports.add(report);
                done.accept(report);
            }
            return new VerifyReport(reports);
        } catch (SQLException e) {
            throw SqlStates.source("close a connection", e);
        }
    }

    private TableReport table(
            Relation relation,
            @Nullable String condition,
            TargetNames names,
            Connection left,
            Connection right,
            Connection marks) {
        try {
            String look = "look for " + relation.displayName();
            Optional<Table> target = Side.TARGET.run(look, () -> find(relation, right));
            if (target.isEmpty()) {
                return TableReport.notCompared(relation.displayName(), "the target has no such table");
            }
            Map<String, ColumnType> there = Side.TARGET.run(look, () -> columns(relation, right));
            // Generated columns of the target count: what they compute is compared as well.
            Relation twin = names.of(relation, there.keySet());
            List<String> missing = twin.columns().stream()
                    .map(Column::name)
                    .filter(name -> !there.containsKey(name))
                    .toList();
            if (!missing.isEmpty()) {
                return TableReport.notCompared(
                        relation.displayName(), "the target lacks the columns " + String.join(", ", missing));
            }
            Map<String, ColumnType> here = Side.SOURCE.run(look, () -> columns(relation, left));
            Optional<Table> source = Side.SOURCE.run(look, () -> find(relation, left));
            return compare(
                    side(Side.SOURCE, relation, source, condition, compared(relation, here, twin, there)),
                    side(Side.TARGET, twin, target, null, compared(twin, there, relation, here)),
                    left,
                    right,
                    marks);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while comparing " + relation.displayName(), e);
        }
    }

    private static Optional<Table> find(Relation relation, Connection connection) throws SQLException {
        return new TableCatalogue(connection).find(relation.schema(), relation.name());
    }

    private static Map<String, ColumnType> columns(Relation relation, Connection connection) throws SQLException {
        return ColumnType.of(connection, relation.schema(), relation.name());
    }

    private static TableSide side(
            Side side,
            Relation relation,
            Optional<Table> table,
            @Nullable String condition,
            List<ComparedColumn> columns) {
        List<ComparedColumn> key = IntStream.range(0, columns.size())
                .filter(i -> relation.columns().get(i).key())
                .mapToObj(columns::get)
                .toList();
        return new TableSide(
                side,
                relation.schema(),
                relation.name(),
                table.map(Table::isPartitioned).orElse(false),
                condition,
                key,
                columns);
    }

    /** A column that the source has dropped since is taken for what the target makes of it; reading it will fail. */
    private static List<ComparedColumn> compared(
            Relation own, Map<String, ColumnType> ownTypes, Relation other, Map<String, ColumnType> otherTypes) {
        return IntStream.range(0, own.columns().size())
                .mapToObj(i -> ComparedColumn.of(
                        type(own.columns().get(i), ownTypes),
                        type(other.columns().get(i), otherTypes)))
                .toList();
    }

    private static ColumnType type(Column column, Map<String, ColumnType> types) {
        return types.getOrDefault(column.name(), new ColumnType(column.name(), column.typeText(), ""));
    }

    private TableReport compare(TableSide here, TableSide there, Connection left, Connection right, Connection marks)
            throws InterruptedException {
        Suspects suspects;
        long rows;
        String read = "read " + here.displayName();
        Side.SOURCE.tell(read, () -> begin(left));
        try (RowCursor sourceRows = new RowCursor(left, here)) {
            // The cursor's snapshot is older than that position, and the target's is taken after it has been reached.
            position.await(marks);
            Side.TARGET.tell(read, () -> begin(right));
            try (RowCursor targetRows = new RowCursor(right, there)) {
                suspects = Suspects.of(sourceRows, targetRows);
                rows = sourceRows.rows();
            }
        } finally {
            Side.SOURCE.tell(read, () -> end(left));
            Side.TARGET.tell(read, () -> end(right));
        }
        SideReader sourceRows = new SideReader(left, here);
        SideReader targetRows = new SideReader(right, there);
        Settlement settlement = new Settlement(marks, sourceRows, targetRows, position, patience);
        settlement.settle(suspects.byKey().keySet());
        return new TableComparison(here).report(rows, suspects, settlement, position.behind(), sourceRows, targetRows);
    }

    private static void begin(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
        }
    }

    private static void end(Connection connection) throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }
}
