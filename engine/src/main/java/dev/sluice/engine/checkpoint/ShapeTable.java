package dev.sluice.engine.checkpoint;

import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.TableShape;
import dev.sluice.engine.change.TableShape.ShapeColumn;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** The shapes of tables of which sinks have been told. Used under the lock of its store. */
final class ShapeTable {
    private static final int FIELDS = 4;

    private final StateFile file;
    private final Connection connection;

    ShapeTable(StateFile file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    void put(String pipeline, String sink, KnownShape known) throws SQLException {
        String[] values = values(pipeline, sink, known);
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT OR REPLACE INTO shape VALUES (?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.setLong(values.length + 1, RowChecksum.of(values));
            statement.executeUpdate();
        }
    }

    void remove(String pipeline, String sink, long relation) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM shape WHERE pipeline = ? AND sink = ? AND relation = ?")) {
            statement.setString(1, pipeline);
            statement.setString(2, sink);
            statement.setLong(3, relation);
            statement.executeUpdate();
        }
    }

    List<KnownShape> of(String pipeline, String sink) throws SQLException {
        List<KnownShape> shapes = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT relation, table_schema, table_name, columns, since, checksum FROM shape"
                        + " WHERE pipeline = ? AND sink = ?")) {
            statement.setString(1, pipeline);
            statement.setString(2, sink);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    TableShape shape = new TableShape(
                            row.getLong(1), row.getString(2), row.getString(3), columns(row.getString(4)));
                    KnownShape known = new KnownShape(shape, Position.parse(row.getString(5)));
                    file.verify(row.getLong(6), values(pipeline, sink, known));
                    shapes.add(known);
                }
            }
        }
        return shapes;
    }

    private static String[] values(String pipeline, String sink, KnownShape known) {
        TableShape shape = known.shape();
        return new String[] {
            pipeline,
            sink,
            Long.toString(shape.relation()),
            shape.schema(),
            shape.table(),
            text(shape.columns()),
            known.since().toString()
        };
    }

    /** A line for each field of each column. */
    private static String text(List<ShapeColumn> columns) {
        StringBuilder text = new StringBuilder();
        for (ShapeColumn column : columns) {
            text.append(column.number()).append('\n');
            text.append(escape(column.name())).append('\n');
            text.append(escape(column.type())).append('\n');
            text.append(column.key() ? "key" : "").append('\n');
        }
        return text.toString();
    }

    private static List<ShapeColumn> columns(String text) {
        String[] lines = text.split("\n", -1); // the last is empty
        List<ShapeColumn> columns = new ArrayList<>();
        for (int at = 0; at + FIELDS < lines.length; at += FIELDS) {
            columns.add(new ShapeColumn(
                    Integer.parseInt(lines[at]),
                    unescape(lines[at + 1]),
                    unescape(lines[at + 2]),
                    lines[at + 3].equals("key")));
        }
        return columns;
    }

    /** Names may hold line breaks. */
    private static String escape(String name) {
        return name.replace("\\", "\\\\").replace("\n", "\\n");
    }

    private static String unescape(String line) {
        StringBuilder name = new StringBuilder();
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '\\') {
                i++;
                c = line.charAt(i) == 'n' ? '\n' : '\\';
            }
            name.append(c);
        }
        return name.toString();
    }
}
