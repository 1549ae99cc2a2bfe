package dev.sluice.engine.checkpoint;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.SourceIdentity;
import dev.sluice.engine.change.SyncException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/**
 * The SQLite file of {@link SqliteCheckpointStore}: makes it, locks it, and checks all of it before it is used, so that a
 * damaged one is refused and never taken for empty.
 */
record StateFile(Path path) {
    private static final int FORMAT = 3;

    /** In the order of their names. */
    private static final String[] SCHEMA = {"""
        CREATE TABLE copied_chunk (
            pipeline     TEXT NOT NULL REFERENCES pipeline (name) ON DELETE CASCADE,
            sink         TEXT NOT NULL,
            relation     INTEGER NOT NULL,
            table_schema TEXT NOT NULL,
            table_name   TEXT NOT NULL,
            chunk        INTEGER NOT NULL,
            chunk_count  INTEGER NOT NULL,
            key_range    TEXT NOT NULL,
            read_at      TEXT NOT NULL,
            checksum     INTEGER NOT NULL,
            PRIMARY KEY (pipeline, sink, table_schema, table_name, chunk)
        ) STRICT, WITHOUT ROWID""", """
        CREATE TABLE first_copy (
            pipeline TEXT PRIMARY KEY REFERENCES pipeline (name) ON DELETE CASCADE,
            begun    TEXT NOT NULL,
            checksum INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""", """
        CREATE TABLE pipeline (
            name              TEXT PRIMARY KEY,
            system_identifier TEXT NOT NULL,
            timeline          INTEGER NOT NULL,
            database          TEXT NOT NULL,
            slot              TEXT NOT NULL,
            snapshot          TEXT NOT NULL,
            checksum          INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""", """
        CREATE TABLE shape (
            pipeline     TEXT NOT NULL REFERENCES pipeline (name) ON DELETE CASCADE,
            sink         TEXT NOT NULL,
            relation     INTEGER NOT NULL,
            table_schema TEXT NOT NULL,
            table_name   TEXT NOT NULL,
            columns      TEXT NOT NULL,
            since        TEXT NOT NULL,
            checksum     INTEGER NOT NULL,
            PRIMARY KEY (pipeline, sink, relation)
        ) STRICT, WITHOUT ROWID""", """
        CREATE TABLE sink (
            pipeline TEXT NOT NULL REFERENCES pipeline (name) ON DELETE CASCADE,
            name     TEXT NOT NULL,
            position TEXT NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (pipeline, name)
        ) STRICT, WITHOUT ROWID"""};

    /** The format in which each of them came. */
    private static final int[] SINCE = {2, 2, 1, 3, 1};

    static StateFile in(Path directory) {
        return new StateFile(directory.resolve("checkpoints.db"));
    }

    /** Opens and locks it, making it and its directory when they are missing. */
    Connection open() {
        Path directory = path.toAbsolutePath().getParent();
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new SyncException(
                    ErrorKind.STATE_UNAVAILABLE, "the state directory " + directory + " cannot be made: " + e, e);
        }
        Connection connection = null;
        try {
            connection = connect();
            prepare(connection);
            return connection;
        } catch (SQLException e) {
            SyncException error = failure(e);
            closeAfter(error, connection);
            throw error;
        } catch (SyncException e) {
            closeAfter(e, connection);
            throw e;
        }
    }

    private Connection connect() throws SQLException {
        Properties settings = new Properties();
        settings.setProperty("journal_mode", "WAL");
        settings.setProperty("synchronous", "FULL");
        settings.setProperty("foreign_keys", "true");
        settings.setProperty("busy_timeout", "0");
        settings.setProperty("locking_mode", "EXCLUSIVE");
        return new org.sqlite.JDBC().connect("jdbc:sqlite:" + path.toAbsolutePath(), settings);
    }

    private void prepare(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN EXCLUSIVE"); // takes the lock now, not at the first checkpoint
            int format;
            try (ResultSet row = statement.executeQuery("PRAGMA user_version")) {
                format = row.getInt(1);
            }
            if (format > FORMAT) {
                throw new SyncException(
                        ErrorKind.STATE_MISMATCH, path + " was written by a newer Sluice (format " + format + ")");
            }
            requireSound(statement);
            if (!tables(statement).equals(tablesOf(format))) {
                throw damaged("its tables are not those of a state");
            }
            if (format < FORMAT) {
                bringUp(statement, format);
            }
            verifyAll(statement);
            statement.execute("COMMIT");
        }
    }

    private static List<String> tablesOf(int format) {
        return IntStream.range(0, SCHEMA.length)
                .filter(table -> SINCE[table] <= format)
                .mapToObj(table -> SCHEMA[table])
                .toList();
    }

    /** From an older format, 0 for a new file. */
    private static void bringUp(Statement statement, int format) throws SQLException {
        for (int table = 0; table < SCHEMA.length; table++) {
            if (SINCE[table] > format) {
                statement.execute(SCHEMA[table]);
            }
        }
        statement.execute("PRAGMA user_version = " + FORMAT);
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

    private void requireSound(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("PRAGMA integrity_check(1)")) {
            String finding = row.next() ? row.getString(1) : "nothing found";
            if (!"ok".equals(finding)) {
                throw damaged(finding);
            }
        }
    }

    /** Every row, because one whose name is damaged is not found under its name. */
    private void verifyAll(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(
                "SELECT checksum, name, system_identifier, timeline, database, slot, snapshot FROM pipeline")) {
            while (row.next()) {
                SourceIdentity source =
                        new SourceIdentity(row.getString(3), row.getInt(4), row.getString(5), row.getString(6));
                verify(row.getLong(1), row.getString(2), RowChecksum.identityText(source), row.getString(7));
            }
        }
        verifyAll(statement, "SELECT checksum, pipeline, begun FROM first_copy");
        verifyAll(
                statement,
                "SELECT checksum, pipeline, sink, relation, table_schema, table_name, chunk, chunk_count, key_range,"
                        + " read_at FROM copied_chunk");
        verifyAll(
                statement,
                "SELECT checksum, pipeline, sink, relation, table_schema, table_name, columns, since FROM shape");
        verifyAll(statement, "SELECT checksum, pipeline, name, position FROM sink");
    }

    /** @param query gives the checksum and what it is of */
    private void verifyAll(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            String[] parts = new String[row.getMetaData().getColumnCount() - 1];
            while (row.next()) {
                for (int i = 0; i < parts.length; i++) {
                    parts[i] = row.getString(i + 2);
                }
                verify(row.getLong(1), parts);
            }
        }
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

    /** Fails unless {@code stored} is the checksum of the parts, the first of which names the pipeline. */
    void verify(long stored, String... parts) {
        if (stored != RowChecksum.of(parts)) {
            throw new SyncException(
                    ErrorKind.STATE_MISMATCH,
                    "the checkpoint of pipeline " + parts[0] + " in " + path + " is damaged: its checksum is wrong");
        }
    }

    private SyncException damaged(String how) {
        return new SyncException(ErrorKind.STATE_MISMATCH, "the state in " + path + " is damaged: " + how);
    }

    /** What an error of SQLite means for a pipeline. */
    SyncException failure(SQLException e) {
        int code = e.getErrorCode() & 0xFF;
        if (code == SQLiteErrorCode.SQLITE_BUSY.code || code == SQLiteErrorCode.SQLITE_LOCKED.code) {
            return new SyncException(ErrorKind.FENCED, "the state in " + path + " is in use by another process", e);
        }
        if (code == SQLiteErrorCode.SQLITE_CORRUPT.code || code == SQLiteErrorCode.SQLITE_NOTADB.code) {
            return new SyncException(
                    ErrorKind.STATE_MISMATCH, "the state in " + path + " is damaged: " + e.getMessage(), e);
        }
        return new SyncException(
                ErrorKind.STATE_UNAVAILABLE, "the state in " + path + " cannot be used: " + e.getMessage(), e);
    }
}
