package dev.sluice.engine.checkpoint;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.CopyChunk;
import dev.sluice.engine.change.Position;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The chunks that were copied into sinks that keep no record of them. Used under the lock of its store. */
final class CopiedChunkTable {
    private static final String SELECT =
            "SELECT relation, table_schema, table_name, chunk, chunk_count, key_range, read_at,"
                    + " checksum FROM copied_chunk WHERE pipeline = ? AND sink = ?";

    private final StateFile file;
    private final Connection connection;

    CopiedChunkTable(StateFile file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    void put(String pipeline, String sink, CopiedChunk chunk) throws SQLException {
        String[] values = values(pipeline, sink, chunk);
        try (PreparedStatement statement = connection.prepareStatement(
                "INSERT OR REPLACE INTO copied_chunk VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            statement.setLong(values.length + 1, RowChecksum.of(values));
            statement.executeUpdate();
        }
    }

    private static String[] values(String pipeline, String sink, CopiedChunk chunk) {
        return new String[] {
            pipeline,
            sink,
            Long.toString(chunk.relation()),
            chunk.schema(),
            chunk.table(),
            Integer.toString(chunk.chunk().number()),
            Integer.toString(chunk.chunk().count()),
            chunk.chunk().rangeText(),
            chunk.readAt().toString()
        };
    }

    List<CopiedChunk> of(String pipeline, String sink) throws SQLException {
        List<CopiedChunk> chunks = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
            statement.setString(1, pipeline);
            statement.setString(2, sink);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    CopiedChunk chunk = read(row);
                    file.verify(row.getLong(8), values(pipeline, sink, chunk));
                    chunks.add(chunk);
                }
            }
        }
        return chunks;
    }

    private static CopiedChunk read(ResultSet row) throws SQLException {
        CopyChunk chunk = CopyChunk.recorded(row.getInt(4), row.getInt(5), row.getString(6));
        return new CopiedChunk(
                row.getLong(1), row.getString(2), row.getString(3), chunk, Position.parse(row.getString(7)));
    }

    void keep(String pipeline, String sink, Collection<CopiedChunk> kept) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM copied_chunk WHERE pipeline = ? AND sink = ?")) {
            statement.setString(1, pipeline);
            statement.setString(2, sink);
            statement.executeUpdate();
        }
        for (CopiedChunk chunk : kept) {
            put(pipeline, sink, chunk);
        }
    }
}
