package dev.sluice.source.postgres.changelog;

import dev.sluice.engine.change.ErrorKind;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.engine.change.SyncException;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.source.postgres.FollowedTables;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the change log follows. */
public final class LoggedTables implements FollowedTables {
    /** Held by whoever reads the log, as long as it does. */
    static final String READER_LOCK = "'sluice.changelog'::regclass::oid::bigint";

    private static final String ACTIVE = "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted"
            + " AND classid = 0 AND objid = to_regclass('sluice.changelog')::oid"
            + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))";

    /** Whether there is a change log of that pipeline. */
    public static boolean isInstalledFor(Connection connection, String pipeline) throws SQLException {
        Installation installation = Installation.read(connection);
        return installation != null && installation.pipeline().equals(pipeline);
    }

    @Override
    public List<Relation> tables(Connection source) throws SQLException {
        Set<Long> oids = new HashSet<>();
        if (Installation.read(source) != null) {
            try (Statement statement = source.createStatement();
                    ResultSet row = statement.executeQuery("SELECT relation FROM sluice.followed")) {
                while (row.next()) {
                    oids.add(row.getLong(1));
                }
            }
        }
        return new TableCatalogue(source)
                .tables(oids).stream().map(Table::relation).toList();
    }

    @Override
    public Map<String, String> conditions(Connection source) {
        return Map.of();
    }

    @Override
    public boolean isActive(Connection source) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery(ACTIVE)) {
            return row.next() && row.getBoolean(1);
        }
    }

    @Override
    public Position mark(Connection source) throws SQLException {
        Tick tick = Tick.next(source, 0, true);
        if (tick == null) {
            throw new SyncException(ErrorKind.SOURCE_GAP, "the change log has no ticks any more");
        }
        return Position.boundary(tick.position());
    }

    @Override
    public boolean needsIdentity() {
        return false; // each image is whole
    }

    @Override
    public String displayName() {
        return "change log in schema sluice";
    }
}
