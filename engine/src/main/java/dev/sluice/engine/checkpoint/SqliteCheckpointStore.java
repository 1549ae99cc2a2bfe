package dev.sluice.engine.checkpoint;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/**
 * Checkpoints in one SQLite file, {@code checkpoints.db} in the state directory. Each row carries a checksum over its
 * other columns, and the file's structure is checked when it is opened: what is damaged is refused, and never taken for
 * empty. The file is held exclusively, so that two daemons cannot share a state directory. Safe for any
 * thread; one call at a time.
 */
public final class SqliteCheckpointStore implements CheckpointStore {
    private static final int FORMAT = 1;

    private static final String[] SCHEMA = {"""
        CREATE TABLE pipeline (
            name              TEXT PRIMARY KEY,
            system_identifier TEXT NOT NULL,
            timeline          INTEGER NOT NULL,
            database          TEXT NOT NULL,
            slot              TEXT NOT NULL,
            snapshot          TEXT NOT NULL,
            checksum          INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""", """
        CREATE TABLE sink (
            pipeline TEXT NOT NULL REFERENCES pipeline (name) ON DELETE CASCADE,
            name     TEXT NOT NULL,
            position TEXT NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (pipeline, name)
        ) STRICT, WITHOUT ROWID"""};

    private final Path file;
    private final Connection connection;

    private SqliteCheckpointStore(Path file, Connection connection) {
        this.file = file;
        this.connection = connection;
    }

    /** Opens the store in {@code directory}, making both when they are missing. */
    public static SqliteCheckpointStore open(Path directory) {
        Path file = directory.resolve("checkpoints.db");
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new SyncException(
                    ErrorKind.STATE_UNAVAILABLE, "the state directory " + directory + " cannot be made: " + e, e);
        }
        Connection connection = null;
        try {
            connection = connect(file);
            prepare(connection, file);
            return new SqliteCheckpointStore(file, connection);
        } catch (SQLException e) {
            SyncException error = failure(file, e);
            closeAfter(error, connection);
            throw error;
        } catch (SyncException e) {
            closeAfter(e, connection);
            throw e;
        }
    }

    private static Connection connect(Path file) throws SQLException {
        Properties settings = new Properties();
        settings.setProperty("journal_mode", "WAL");
        settings.setProperty("synchronous", "FULL");
        settings.setProperty("foreign_keys", "true");
        settings.setProperty("busy_timeout", "0");
        settings.setProperty("locking_mode", "EXCLUSIVE");
        return new org.sqlite.JDBC().connect("jdbc:sqlite:" + file.toAbsolutePath(), settings);
    }

    private static void prepare(Connection connection, Path file) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN EXCLUSIVE"); // takes the lock now, not at the first checkpoint
            int format;
            try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
                format = row.getInt(1);
            }
            if (format > FORMAT) {
                throw new SyncException(
                        ErrorKind.STATE_MISMATCH, file + " was written by a newer Sluice (format " + format + ")");
            }
            requireSound(statement, file);
            List<String> tables = tables(statement);
            if (format == 0 && tables.isEmpty()) {
                for (String table : SCHEMA) {
                    statement.execute(table);
                }
                statement.execute("PRAGMA user_version = " + FORMAT);
            } else if (format == 0 || !tables.equals(List.of(SCHEMA))) {
                throw damaged(file, "its tables are not those of a state");
            }
            verifyAll(statement, file);
            statement.execute("COMMIT");
        }
    }

    /** The statements that made the tables, in order of their names. */
    private static List<String> tables(Statement statement) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (ResultSet row = statement.executeQuery("SELECT sql FROM sqlite_schema ORDER BY name")) {
            while (row.next()) {
                tables.add(row.getString(1));
            }
        }
        return tables;
    }

    private static void requireSound(Statement statement, Path file) throws SQLException {
        try (ResultSet row = statement.executeQuery("PRAGMA integrity_check(1)")) {
            String finding = row.next() ? row.getString(1) : "nothing found";
            if (!"ok".equals(finding)) {
                throw damaged(file, finding);
            }
        }
    }

    /** Every row, because one whose name is damaged is not found under its name. */
    private static void verifyAll(Statement statement, Path file) throws SQLException {
        try (ResultSet row = statement.executeQuery(
                "SELECT checksum, name, system_identifier, timeline, database, slot," + " snapshot FROM pipeline")) {
            while (row.next()) {
                SourceIdentity source =
                        new SourceIdentity(row.getString(3), row.getInt(4), row.getString(5), row.getString(6));
                verify(file, row.getLong(1), row.getString(2), identityText(source), row.getString(7));
            }
        }
        try (ResultSet row = statement.executeQuery("SELECT checksum, pipeline, name, position FROM sink")) {
            while (row.next()) {
                verify(file, row.getLong(1), row.getString(2), row.getString(3), row.getString(4));
            }
        }
    }

    private static SyncException damaged(Path file, String how) {
        return new SyncException(ErrorKind.STATE_MISMATCH, "the state in " + file + " is damaged: " + how);
    }

    private static void closeAfter(SyncException error, @Nullable Connection connection) {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                error.addSuppressed(e);
            }
        }
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
                verify(file, row.getLong(6), pipeline, identityText(source), snapshot);
                return new PipelineCheckpoint(source, Position.parse(snapshot), sinks(pipeline));
            }
        } catch (SQLException e) {
            throw failure(file, e);
        }
    }

    private Map<String, Position> sinks(String pipeline) throws SQLException {
        Map<String, Position> sinks = new HashMap<>();
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT name, position, checksum FROM sink WHERE pipeline = ?")) {
            statement.setString(1, pipeline);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    verify(file, row.getLong(3), pipeline, row.getString(1), row.getString(2));
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
            delete(pipeline);
            insert(pipeline, source, snapshot);
            for (String sink : sinks) {
                put(pipeline, sink, snapshot);
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
            throw failure(file, e);
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
                connection.prepareStatement("INSERT INTO pipeline VALUES (?, ?, ?, ?, ?, ?, ?)")) {
            statement.setString(1, pipeline);
            statement.setString(2, source.systemIdentifier());
            statement.setInt(3, source.timeline());
            statement.setString(4, source.database());
            statement.setString(5, source.slot());
            statement.setString(6, snapshot.toString());
            statement.setLong(7, checksum(pipeline, identityText(source), snapshot.toString()));
            statement.executeUpdate();
        }
    }

    private void put(String pipeline, String sink, Position position) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("INSERT OR REPLACE INTO sink VALUES (?, ?, ?, ?)")) {
            statement.setString(1, pipeline);
            statement.setString(2, sink);
            statement.setString(3, position.toString());
            statement.setLong(4, checksum(pipeline, sink, position.toString()));
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
            throw failure(file, e);
        }
    }

    private static void rollBack(Statement statement, Exception cause) {
        try {
            statement.execute("ROLLBACK");
        } catch (SQLException e) {
            cause.addSuppressed(e); // a full disk, for one, has rolled it back already
        }
    }

    private static void verify(Path file, long stored, String... parts) {
        if (stored != checksum(parts)) {
            throw new SyncException(
                    ErrorKind.STATE_MISMATCH,
                    "the checkpoint of pipeline " + parts[0] + " in " + file + " is damaged: its checksum is wrong");
        }
    }

    private static String identityText(SourceIdentity source) {
        return source.systemIdentifier() + "\n" + source.timeline() + "\n" + source.database() + "\n" + source.slot();
    }

    private static long checksum(String... parts) {
        CRC32C checksum = new CRC32C();
        for (String part : parts) {
            checksum.update(part.getBytes(StandardCharsets.UTF_8));
            checksum.update(0);
        }
        return checksum.getValue();
    }

    private static SyncException failure(Path file, SQLException e) {
        int code = e.getErrorCode() & 0xFF;
        if (code == SQLiteErrorCode.SQLITE_BUSY.code || code == SQLiteErrorCode.SQLITE_LOCKED.code) {
            return new SyncException(ErrorKind.FENCED, "the state in " + file + " is in use by another process", e);
        }
        if (code == SQLiteErrorCode.SQLITE_CORRUPT.code || code == SQLiteErrorCode.SQLITE_NOTADB.code) {
            return new SyncException(
                    ErrorKind.STATE_MISMATCH, "the state in " + file + " is damaged: " + e.getMessage(), e);
        }
        return new SyncException(
                ErrorKind.STATE_UNAVAILABLE, "the state in " + file + " cannot be used: " + e.getMessage(), e);
    }

    @FunctionalInterface
    private interface SqlWork {
        void run() throws SQLException;
    }
}
