package dev.sluice.source.postgres.copy;

import dev.sluice.engine.change.Position;
import dev.sluice.postgres.Identifiers;
import dev.sluice.postgres.SqlStates;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import org.postgresql.jdbc.PgConnection;

/**
 * A snapshot that other connections can take up while the one that exported it stays as it is.
 *
 * @param exporter the replication connection that made the slot; no other command may run on it
 * @param name for {@code SET TRANSACTION SNAPSHOT}
 * @param position where the slot's stream begins
 */
public record ExportedSnapshot(PgConnection exporter, String name, Position position) {
    /** What the server says when the exporting session is gone: 42704 from 16 on, 22023 or 55000 before. */
    private static final Set<String> GONE =
            Set.of(SqlStates.UNDEFINED_OBJECT, "22023", SqlStates.OBJECT_NOT_IN_PREREQUISITE_STATE);

    /** Begins a transaction that sees what the snapshot saw. Fails with a connection error if it is gone: it was lost with one. */
    public static void takeUp(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT "
                    + Identifiers.literal(name));
        } catch (SQLException error) {
            if (GONE.contains(String.valueOf(error.getSQLState()))) {
                throw new SQLException("the snapshot is gone: " + error.getMessage(), "08006", error);
            }
            throw error;
        }
    }
}
