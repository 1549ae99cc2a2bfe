package dev.sluice.engine.checkpoint;

import dev.sluice.engine.change.CopiedChunk;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints in one SQLite file, {@code checkpoints.db} in the state directory. Each row carries a checksum over its
 * other columns, and the file's structure is checked when it is opened: what is damaged is refused, and never taken for
 * empty. The file is held exclusively, so that two daemons cannot share a state directory. Safe for any
 * thread; one call at a time.
 */
public final class SqliteCheckpointStore implements CheckpointStore {
    private final StateFile file;
    private final Connection connection;
    private final CopiedChunkTable chunks;
    private final ShapeTable shapes;

    private SqliteCheckpointStore(StateFile file, Connection connection) {
        this.file = file;
        this.connection = connection;
        this.chunks = new CopiedChunkTable(file, connection);
        this.shapes = new ShapeTable(file, connection);
    }

    /** Opens the store in {@code directory}, making both when they are missing. */
    public static SqliteCheckpointStore open(Path directory) {
        StateFile file = StateFile.in(directory);
        return new SqliteCheckpointStore(file, file.open());
    }

    @Override
    public synchronized @Nullable PipelineCheckpoint load(String pipeline) {
        String query =
                "SELECT system_identifier, timeline, database, slot, snapshot, checksum FROM pipeline WHERE name = ?";
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, pipeline);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                SourceIdentity source =
                        new SourceIdentity(row.getString(1), row.getInt(2), row.getString(3), row.getString(4));
                String snapshot = row.getString(5);
                file.verify(row.getLong(6), pipeline, RowChecksum.identityText(source), snapshot);
                return new PipelineCheckpoint(source, readBegun(pipeline), Position.parse(snapshot), sinks(pipeline));
            }
        } catch (SQLException e) {
            throw file.failure(e);
        }
    }

    private Position readBegun(String pipeline) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT begun, checksum FROM first_copy WHERE pipeline = ?")) {
            statement.setString(1, pipeline);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Position.NONE;
                }
                file.verify(row.getLong(2), pipeline, row.getString(1));
                return Position.parse(row.getString(1));
            }
        }
    }

    private Map<String, Position> sinks(String pipeline) throws SQLException {
        Map<String, Position> sinks = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT name, position, checksum FROM sink WHERE pipeline = ?")) {
            statement.setString(1, pipeline);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    file.verify(row.getLong(3), pipeline, row.getString(1), row.getString(2));
                    sinks.put(row.getString(1), Position.parse(row.getString(2)));
                }
            }
        }
        return sinks;
    }

    @Override
    public synchronized void copying(String pipeline, SourceIdentity source) {
        inTransaction(() -> {
            delete(pipeline);
            insert(pipeline, source, Position.NONE);
        });
    }

    @Override
    public synchronized void copied(
            String pipeline, SourceIdentity source, Position snapshot, Collection<String> sinks) {
        inTransaction(() -> {
            insert(pipeline, source, snapshot);
            for (String sink : sinks) {
                put(pipeline, sink, snapshot);
            }
        });
    }

    @Override
    public synchronized void begun(String pipeline, Position start) {
        inTransaction(() -> {
            try (PreparedStatement statement =
                    connection.prepareStatement("INSERT OR REPLACE INTO first_copy VALUES (?, ?, ?)")) {
                statement.setString(1, pipeline);
                statement.setString(2, start.toString());
                statement.setLong(3, RowChecksum.of(pipeline, start.toString()));
                statement.executeUpdate();
            }
        });
    }

    @Override
    public synchronized void added(String pipeline, String sink, Position start) {
        inTransaction(() -> put(pipeline, sink, start));
    }

    @Override
    public synchronized void copied(String pipeline, String sink, CopiedChunk chunk) {
        inTransaction(() -> chunks.put(pipeline, sink, chunk));
    }

    @Override
    public synchronized List<CopiedChunk> chunks(String pipeline, String sink) {
        try {
            return chunks.of(pipeline, sink);
        } catch (SQLException e) {
            throw file.failure(e);
        }
    }

    @Override
    public synchronized void keepChunks(String pipeline, String sink, Collection<CopiedChunk> kept) {
        inTransaction(() -> chunks.keep(pipeline, sink, kept));
    }

    @Override
    public synchronized List<KnownShape> shapes(String pipeline, String sink) {
        try {
            return shapes.of(pipeline, sink);
        } catch (SQLException e) {
            throw file.failure(e);
        }
    }

    @Override
    public synchronized void saveShapes(String pipeline, String sink, Collection<KnownShape> told, Set<Long> gone) {
        inTransaction(() -> {
            for (long relation : gone) {
                shapes.remove(pipeline, sink, relation);
            }
            for (KnownShape shape : told) {
                shapes.put(pipeline, sink, shape);
            }
        });
    }

    @Override
    public synchronized void save(String pipeline, String sink, Position durable) {
        inTransaction(() -> {
            Position known = sinks(pipeline).get(sink);
            if (known == null) {
                throw new IllegalStateException("sink " + sink + " of pipeline " + pipeline + " has not been filled");
            }
            if (durable.isAfter(known)) {
                put(pipeline, sink, durable);
            }
        });
    }

    @Override
    public synchronized void forget(String pipeline) {
        inTransaction(() -> delete(pipeline));
    }

    @Override
    public synchronized void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw file.failure(e);
        }
    }

    private void delete(String pipeline) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("DELETE FROM pipeline WHERE name = ?")) {
            statement.setString(1, pipeline);
            statement.executeUpdate();
        }
    }

    private void insert(String pipeline, SourceIdentity source, Position snapshot) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT INTO pipeline VALUES (?, ?, ?, ?, ?, ?, ?)"
                        + " ON CONFLICT (name) DO UPDATE SET system_identifier = excluded.system_identifier,"
                        + " timeline = excluded.timeline, database = excluded.database, slot = excluded.slot,"
                        + " snapshot = excluded.snapshot, checksum = excluded.checksum")) {
            statement.setString(1, pipeline);
            statement.setString(2, source.systemIdentifier());
            statement.setInt(3, source.timeline());
            statement.setString(4, source.database());
            statement.setString(5, source.slot());
            statement.setString(6, snapshot.toString());
            statement.setLong(7, RowChecksum.of(pipeline, RowChecksum.identityText(source), snapshot.toString()));
            statement.executeUpdate();
        }
    }

    private void put(String pipeline, String sink, Position position) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT OR REPLACE INTO sink VALUES (?, ?, ?, ?)")) {
            statement.setString(1, pipeline);
            statement.setString(2, sink);
            statement.setString(3, position.toString());
            statement.setLong(4, RowChecksum.of(pipeline, sink, position.toString()));
            statement.executeUpdate();
        }
    }

    private void inTransaction(SqlWork work) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN");
            try {
                work.run();
                statement.execute("COMMIT");
            } catch (SQLException | RuntimeException e) {
                rollBack(statement, e);
                throw e;
            }
        } catch (SQLException e) {
            throw file.failure(e);
        }
    }

    private static void rollBack(Statement statement, Exception cause) {
        try {
            statement.execute("ROLLBACK");
        } catch (SQLException e) {
            cause.addSuppressed(e); // a full disk, for one, has rolled it back already
        }
    }

    @FunctionalInterface
    private interface SqlWork {
        void run() throws SQLException;
    }
}
