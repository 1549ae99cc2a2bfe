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
import java.util.function.Function;
import java.util.stream.Collectors;
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
     * @param follower how far the target has got while it is being filled; null when nobody fills it, and what differs
     *     now differs
     */
    public DatabaseComparison(
            Connections source, Connections target, @Nullable TargetPosition follower, Patience patience) {
        this.source = source;
        this.target = target;
        this.position = new CommonPosition(follower, patience.position());
        this.patience = patience;
    }

    /**
     * @param tables of the source, with the columns to compare
     * @param done told of each table when it is done
     * @throws SyncException when a server cannot be reached or refuses
     */
    public VerifyReport compare(List<Relation> tables, Consumer<TableReport> done) {
        try (Connection left = open(source, SqlStates::source);
                Connection right = open(target, SqlStates::target);
                Connection marks = open(source, SqlStates::source)) {
            List<TableReport> reports = new ArrayList<>();
            for (Relation table : tables) {
                TableReport report = table(table, left, right, marks);
                reports.add(report);
                done.accept(report);
            }
            return new VerifyReport(reports);
        } catch (SQLException e) {
            throw SqlStates.source("close a connection", e);
        }
    }

    private static Connection open(Connections connections, ErrorOf error) {
        try {
            return connections.open();
        } catch (SQLException e) {
            throw error.of("connect to " + connections.endpoint().displayName(), e);
        }
    }

    private interface ErrorOf {
        SyncException of(String doing, SQLException error);
    }

    private TableReport table(Relation relation, Connection left, Connection right, Connection marks) {
        try {
            Optional<Table> found = new TableCatalogue(right).find(relation.schema(), relation.name());
            if (found.isEmpty()) {
                return TableReport.notCompared(relation.displayName(), "the target has no such table");
            }
            Map<String, Column> columns = found.get().relation().columns().stream()
                    .collect(Collectors.toMap(Column::name, Function.identity()));
            List<String> missing = relation.columns().stream()
                    .map(Column::name)
                    .filter(name -> !columns.containsKey(name))
                    .toList();
            if (!missing.isEmpty()) {
                return TableReport.notCompared(
                        relation.displayName(), "the target lacks the columns " + String.join(", ", missing));
            }
            return compare(relation, columns, left, right, marks);
        } catch (SQLException e) {
            throw SqlStates.source("compare " + relation.displayName(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while comparing " + relation.displayName(), e);
        }
    }

    private TableReport compare(
            Relation relation, Map<String, Column> targetColumns, Connection left, Connection right, Connection marks)
            throws SQLException, InterruptedException {
        List<String> names = relation.columns().stream().map(Column::name).toList();
        List<Column> targetKey = relation.keyColumns().stream()
                .map(column -> targetColumns.getOrDefault(column.name(), column))
                .toList();
        TableSide here = new TableSide(relation.schema(), relation.name(), relation.keyColumns(), names);
        TableSide there = new TableSide(relation.schema(), relation.name(), targetKey, names);
        Suspects suspects;
        long rows;
        begin(left);
        try (RowCursor sourceRows = new RowCursor(left, here)) {
            // The cursor's snapshot is older than that position, and the target's is taken after it has been reached.
            position.await(marks);
            begin(right);
            try (RowCursor targetRows = new RowCursor(right, there)) {
                suspects = Suspects.of(sourceRows, targetRows);
                rows = sourceRows.rows();
            }
        } finally {
            end(left);
            end(right);
        }
        Settlement settlement =
                new Settlement(marks, new SideReader(left, here), new SideReader(right, there), position, patience);
        settlement.settle(suspects.byKey().keySet());
        return new TableComparison(here, there).report(rows, suspects, settlement, left, right);
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
