package dev.sluice.source.postgres.origin;

import dev.sluice.engine.change.Column;
import dev.sluice.engine.change.Position;
import dev.sluice.engine.change.Relation;
import dev.sluice.postgres.Table;
import dev.sluice.postgres.TableCatalogue;
import dev.sluice.source.postgres.FollowedTables;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a publication sends: the truth about which tables and columns a slot's stream has. */
public final class PublishedTables implements FollowedTables {
    private static final int FILTERS_SINCE = 15;

    private static final String TABLES =
            "SELECT schemaname, tablename, %s FROM pg_publication_tables WHERE pubname = ?" + " ORDER BY 1, 2";

    private final String publication;
    private final String slot;

    public PublishedTables(String publication, String slot) {
        this.publication = publication;
        this.slot = slot;
    }

    @Override
    public Map<String, String> conditions(Connection source) throws SQLException {
        Map<String, String> conditions = new HashMap<>();
        if (hasFilters(source)) {
            try (PreparedStatement statement = source.prepareStatement(TABLES.formatted("rowfilter"))) {
                statement.setString(1, publication);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        if (row.getString(3) != null) {
                            conditions.put(row.getString(1) + "." + row.getString(2), row.getString(3));
                        }
                    }
                }
            }
        }
        return conditions;
    }

    @Override
    public List<Relation> tables(Connection source) throws SQLException {
        TableCatalogue catalogue = new TableCatalogue(source);
        List<Relation> relations = new ArrayList<>();
        String columnLists = hasFilters(source) ? "attnames::text[]" : "NULL::text[]";
        try (PreparedStatement statement = source.prepareStatement(TABLES.formatted(columnLists))) {
            statement.setString(1, publication);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Optional<Table> table = catalogue.find(row.getString(1), row.getString(2));
                    Array columns = row.getArray(3);
                    if (table.isPresent()) {
                        Relation whole = table.get().relation();
                        relations.add(columns == null ? whole : narrowed(whole, (String[]) columns.getArray()));
                    }
                }
            }
        }
        return relations;
    }

    private static boolean hasFilters(Connection source) throws SQLException {
        return source.getMetaData().getDatabaseMajorVersion() >= FILTERS_SINCE;
    }

    @Override
    public boolean isActive(Connection source) throws SQLException {
        try (PreparedStatement statement =
                source.prepareStatement("SELECT active FROM pg_replication_slots WHERE slot_name = ?")) {
            statement.setString(1, slot);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    /**
     * A committed message in the WAL is a position that the stream is sure to reach. The end of WAL is not, as long as nobody
     * commits: reading tables alone can move it.
     */
    @Override
    public Position mark(Connection source) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery("SELECT CASE WHEN pg_is_in_recovery() THEN"
                        + " pg_last_wal_replay_lsn() ELSE pg_logical_emit_message(true, 'sluice', '') END")) {
            row.next();
            return Position.boundary(Position.parseLsn(row.getString(1)));
        }
    }

    @Override
    public boolean needsIdentity() {
        return true;
    }

    @Override
    public String displayName() {
        return "publication " + publication;
    }

    private static Relation narrowed(Relation relation, String[] names) {
        Set<String> published = Set.copyOf(Arrays.asList(names));
        List<Column> columns = relation.columns().stream()
                .filter(column -> published.contains(column.name()))
                .toList();
        return relation.withColumns(columns);
    }
}
