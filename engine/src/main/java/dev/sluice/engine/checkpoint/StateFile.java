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
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/**
 * The SQLite file of {@link SqliteCheckpointStore}: makes it, locks it, and checks all of it before it is used, so that a
 * damaged one is refused and never taken for empty.
 */
record StateFile(Path path) {
    private static final int FORMAT = 2;

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
        CREATE TABLE sink (
            pipeline TEXT NOT NULL REFERENCES pipeline (name) ON DELETE CASCADE,
            name     TEXT NOT NULL,
            position TEXT NOT NULL,
            checksum INTEGER NOT NULL,
            PRIMARY KEY (pipeline, name)
        ) STRICT, WITHOUT ROWID"""};

    /** Format 1 had the tables from here on. */
    private static final int FIRST_OF_FORMAT_1 = 2;

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
            List<String> tables = tables(statement);
            List<String> missing = new ArrayList<>(List.of(SCHEMA));
            if (format == 0 && tables.isEmpty()
                    || format == 1 && tables.equals(missing.subList(FIRST_OF_FORMAT_1, missing.size()))) {
                missing.removeAll(tables);
                for (String table : missing) {
                    statement.execute(table);
                }
                statement.execute("PRAGMA user_version = " + FORMAT);
            } else if (format < FORMAT || !tables.equals(List.of(SCHEMA))) {
                throw damaged("its tables are not those of a state");
            }
            verifyAll(statement);
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
        try (ResultSet row = statement.executeQuery("SELECT checksum, pipeline, begun FROM first_copy")) {
            while (row.next()) {
                verify(row.getLong(1), row.getString(2), row.getString(3));
            }
        }
        try (ResultSet row =
                statement.executeQuery("SELECT checksum, pipeline, sink, relation, table_schema, table_name,"
                        + " chunk, chunk_count, key_range, read_at FROM copied_chunk")) {
            while (row.next()) {
                String[] parts = new String[9];
                for (int i = 0; i < parts.length; i++) {
                    parts[i] = row.getString(i + 2);
                }
                verify(row.getLong(1), parts);
            }
        }
        try (ResultSet row = statement.executeQuery("SELECT checksum, pipeline, name, position FROM sink")) {
            while (row.next()) {
                verify(row.getLong(1), row.getString(2), row.getString(3), row.getString(4));
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
